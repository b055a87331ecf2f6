#include "01_process/exit_status.hpp"

#include <fmt/format.h>

#include "common/type_name.hpp"

namespace mp {

std::string ExitStatus::text() const {
  return exited() ? fmt::format("exit code {}", code_) : "killed by " + signal_name(signal_);
}

}  // namespace mp
