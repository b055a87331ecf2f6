// How the thread sanitizer behaves in a submission that is compiled with it: it tells a race, and changes nothing else.
// A submission that says something else of its own does not compile.
extern "C" const char* __tsan_default_options() {
  return "exitcode=0:symbolize=0:die_after_fork=0:report_thread_leaks=0:report_signal_unsafe=0:report_mutex_bugs=0:"
         "report_destroy_locked=0:atexit_sleep_ms=0";
}
extern "C" const char* __tsan_default_suppressions() { return ""; }
