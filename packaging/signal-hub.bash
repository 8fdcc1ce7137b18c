# Completion of signal-hub for bash.

# BEGIN GENERATED completion
_signal_hub_flags='
  --listen
  --tls-cert
  --tls-key
  --allow-origin
  --trusted-proxy
  --compression
  --jwt-secret-file
  --jwt-algorithm
  --jwt-public-key
  --jwt-issuer
  --jwt-audience
  --jwt-max-age
  --admin-token-file
  --admin-socket
  --insecure
  --hub-address
  --connect-timeout
  --ping-interval
  --idle-timeout
  --grace
  --stale-after
  --stale-close
  --max-actors
  --actor-ttl
  --actor-ttl-max
  --cleanup-interval
  --fanout-slice
  --broadcast-limit
  --pause-threshold
  --resume-threshold
  --max-queue-bytes
  --queue-limit
  --ack-timeout
  --max-attempts
  --retry-base
  --retry-cap
  --ack-window
  --breaker-failures
  --breaker-pause
  --receipt-ttl
  --dedupe-window
  --dedupe-limit
  --durable-ttl
  --dedupe-memory
  --max-message-size
  --max-connections
  --max-connections-per-ip
  --accept-rate
  --rate-limit
  --rate-burst
  --memory-limit
  --db
  --durability
  --checkpoint-interval
  --checkpoint-batch
  --wal-limit
  --db-limit
  --dead-letter-limit
  --dead-letter-ttl
  --journal-limit
  --drain-timeout
  --high-connection-rate
  --herd-threshold
  --slow-turn
  --trace-sample
  --log-level
  --log-format
  --degraded-journal-lag
  --unhealthy-journal-lag
  --degraded-queue-depth
  --degraded-dead-letters
  --degraded-stale
  --degraded-disconnections
  --degraded-descriptors
  --unhealthy-descriptors
  --degraded-loop-lag
  --unhealthy-loop-lag
'
# What may follow a flag that takes a value: words, or - for a file.
declare -gA _signal_hub_values=(
  [--listen]=''
  [--tls-cert]='-'
  [--tls-key]='-'
  [--allow-origin]=''
  [--trusted-proxy]=''
  [--jwt-secret-file]='-'
  [--jwt-algorithm]='HS256 HS384 HS512'
  [--jwt-public-key]='-'
  [--jwt-issuer]=''
  [--jwt-audience]=''
  [--jwt-max-age]=''
  [--admin-token-file]='-'
  [--admin-socket]=''
  [--hub-address]=''
  [--connect-timeout]=''
  [--ping-interval]=''
  [--idle-timeout]=''
  [--grace]=''
  [--stale-after]=''
  [--max-actors]=''
  [--actor-ttl]=''
  [--actor-ttl-max]=''
  [--cleanup-interval]=''
  [--fanout-slice]=''
  [--broadcast-limit]=''
  [--pause-threshold]=''
  [--resume-threshold]=''
  [--max-queue-bytes]=''
  [--queue-limit]=''
  [--ack-timeout]=''
  [--max-attempts]=''
  [--retry-base]=''
  [--retry-cap]=''
  [--ack-window]=''
  [--breaker-failures]=''
  [--breaker-pause]=''
  [--receipt-ttl]=''
  [--dedupe-window]=''
  [--dedupe-limit]=''
  [--durable-ttl]=''
  [--dedupe-memory]=''
  [--max-message-size]=''
  [--max-connections]=''
  [--max-connections-per-ip]=''
  [--accept-rate]=''
  [--rate-limit]=''
  [--rate-burst]=''
  [--memory-limit]=''
  [--db]='-'
  [--durability]='full normal'
  [--checkpoint-interval]=''
  [--checkpoint-batch]=''
  [--wal-limit]=''
  [--db-limit]=''
  [--dead-letter-limit]=''
  [--dead-letter-ttl]=''
  [--journal-limit]=''
  [--drain-timeout]=''
  [--high-connection-rate]=''
  [--herd-threshold]=''
  [--slow-turn]=''
  [--trace-sample]=''
  [--log-level]='debug info warn error'
  [--log-format]='json text'
  [--degraded-journal-lag]=''
  [--unhealthy-journal-lag]=''
  [--degraded-queue-depth]=''
  [--degraded-dead-letters]=''
  [--degraded-stale]=''
  [--degraded-disconnections]=''
  [--degraded-descriptors]=''
  [--unhealthy-descriptors]=''
  [--degraded-loop-lag]=''
  [--unhealthy-loop-lag]=''
)
_signal_hub_commands='subscribe publish send actors stats sessions topics queues kick drain reload log-level dead-letters why token check migrate backup'
# END GENERATED completion

# The flags of a command, which its help lists.
_signal_hub_flags_of() {
  "$1" "$2" --help 2>/dev/null | grep -oE -- '(^|[ ,])--[a-z][a-z-]*' | tr -d ' ,'
}

# What may follow flag $1 with $2 already typed. Returns 1 for a flag without a value.
_signal_hub_value() {
  local offered
  case $1 in
    --config | --token-file | --secret-file | --private-key | --admin-socket) offered=- ;;
    --algorithm) offered='HS256 HS384 HS512' ;;
    --state) offered='connecting connected disconnecting' ;;
    --status) offered='online away dormant' ;;
    --url | --from | --timeout | --count | --actor | --sub | --capability | --actors | \
      --expires | --issuer | --audience | --kid | --interval) offered= ;;
    *)
      [[ -n $1 && -v _signal_hub_values[$1] ]] || return 1
      offered=${_signal_hub_values[$1]}
      ;;
  esac
  if [[ $offered == - ]]; then
    mapfile -t COMPREPLY < <(compgen -f -- "$2")
    compopt -o filenames 2>/dev/null
  elif [[ -n $offered ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$offered" -- "$2")
  fi
  return 0
}

_signal_hub() {
  local program=$1 word=$2 before=$3 command=
  COMPREPLY=()
  # --flag=value is three words.
  if [[ $word == = ]]; then
    word=
  elif [[ $before == = ]]; then
    before=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  _signal_hub_value "$before" "$word" && return
  ((COMP_CWORD > 1)) && command=${COMP_WORDS[1]}
  local words
  case " $_signal_hub_commands " in
    *" $command "*) words=$(_signal_hub_flags_of "$program" "$command") ;;
    *) words="$_signal_hub_flags --config --help --version" ;;
  esac
  ((COMP_CWORD == 1)) && words+=" $_signal_hub_commands"
  if [[ $command == backup && $word != -* ]]; then
    mapfile -t COMPREPLY < <(compgen -f -- "$word")
    compopt -o filenames 2>/dev/null
    return
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}

complete -F _signal_hub signal-hub
