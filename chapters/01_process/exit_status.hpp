#pragma once
/// \file
/// How a process ended: a type with questions instead of an int with bits.

#include <sys/wait.h>

#include <stdexcept>
#include <string>

namespace mp {

/// How a process ended: by returning a code, or by a signal.
class ExitStatus {
 public:
  /// From what waitid(2) says with WEXITED.
  explicit ExitStatus(const siginfo_t& info)
      : signal_{info.si_code == CLD_EXITED ? 0 : info.si_status},
        code_{info.si_code == CLD_EXITED ? info.si_status : 0} {}

  /// True when it ended by itself, by `return` or `exit`.
  bool exited() const { return signal_ == 0; }
  /// What it returned, 0 to 255; 0 when a signal ended it.
  int code() const { return code_; }
  /// The signal that ended it; 0 when it exited.
  int signal() const { return signal_; }
  /// Python's number for both: the code, or minus the signal.
  /// \python{multiprocessing.Process.exitcode}
  int exitcode() const { return exited() ? code_ : -signal_; }
  /// `exit code 3`, `killed by SIGSEGV (Segmentation fault)`.
  std::string text() const;

 private:
  int signal_;
  int code_;
};

/// The process is over, but somebody else collected its status: a `waitpid(-1)` elsewhere in the
/// program, or SIGCHLD set to SIG_IGN. Python would leave `exitcode` at None for ever.
class StatusLost : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace mp
