#include "01_process/exit_status.hpp"

#include <fmt/format.h>

#include <cstring>

namespace mp {

std::string ExitStatus::text() const {
  if (exited()) return fmt::format("exit code {}", code_);
  const char* name = ::sigabbrev_np(signal_);  // nothing for the nameless real-time signals
  return name ? fmt::format("killed by SIG{} ({})", name, ::sigdescr_np(signal_))
              : fmt::format("killed by signal {}", signal_);
}

}  // namespace mp
