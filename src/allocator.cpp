// What jemalloc is told before main() (jemalloc(3), TUNING). MALLOC_CONF in the environment is
// heard after it.
//
// One arena: the loop's thread does nearly all, and what a worker frees is found again by it. What
// lies unused goes back to the system after a second, also when nothing happens any more.
extern "C" {
extern const char* const malloc_conf;
const char* const malloc_conf =
    "narenas:1,background_thread:true,dirty_decay_ms:1000,muzzy_decay_ms:0";
}
