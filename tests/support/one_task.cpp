#include "common/pickle/task.hpp"

// Another `work` than the one in same_task.cpp: the two have one name.
static int work() { return 1; }
mp::Message first() { return mp::pack(mp::fn<work>); }
