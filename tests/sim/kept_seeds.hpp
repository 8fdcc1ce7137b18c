// Seeds that once found something, named for the symptom. What a seed means changes with the plan;
// the list keeps what was worth a look.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace signal_hub::sim {

struct KeptSeed {
  std::string_view symptom;  // letters and digits
  std::uint64_t seed;
};

inline constexpr std::array kept_seeds{
    KeptSeed{"TwoCloseFramesWhenDrainMeetsDisconnect", 759},
    KeptSeed{"TwoCloseFramesWhenDrainMeetsDisconnect", 905},
    KeptSeed{"VersionBackwardsAfterTwoCrashes", 101},
    KeptSeed{"MailOfARemovedActorCountedForEver", 47},
    KeptSeed{"EvictedAskAnsweredUnknownActor", 711},
    KeptSeed{"AtMostOnceTwiceAfterACleanStop", 329},
    KeptSeed{"FullMailboxAnsweredUnknownActor", 486},
    KeptSeed{"StoredMailBehindNewerAfterATakeover", 1662},
    KeptSeed{"ActorsLostWhenTheLastBatchsMailPassedTheLimit", 6408},
    KeptSeed{"ReceiptToldTwiceWhileItWasFetched", 95},
    KeptSeed{"AttemptBeyondTheLastAfterTheTargetUnregistered", 143},
    KeptSeed{"AttemptCountedThatNeverLeft", 201},
    KeptSeed{"RetryBeforeTheCommitStoredTwice", 459},
    KeptSeed{"NackOfTheAttemptBeforeEndedTheNext", 3640},
    KeptSeed{"PublicationForOneMoreTookAnothersPlace", 1971},
    KeptSeed{"MemoryLimitPassedByMailNoLongerShared", 7294},
    KeptSeed{"PublishedThoughTheStoreRefusedAPart", 8297},
    KeptSeed{"DeadLetterWithoutALogLineWhenTheStoreWasNotRead", 11449},
    KeptSeed{"TextsReadAndLetGoOfForEverForLackOfMemory", 30905},
    KeptSeed{"IdsForgottenWhenTheClockWasBackForAWhile", 116},
    KeptSeed{"LostWithOneOfTwoSubscriptionsItWasFor", 11241},
};

}  // namespace signal_hub::sim
