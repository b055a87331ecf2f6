#pragma once
/// \file
/// A process as a descriptor. Debian 12's header lacks the linkage that C++ needs.

extern "C" {
#include <sys/pidfd.h>
}
#include <sys/wait.h>
