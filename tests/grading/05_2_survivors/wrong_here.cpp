// Wrong: makes the calls in the caller.
// loses: order together hands_out throws dies replaced nothing_left
// says: not in a worker
#include <sys/types.h>

#include <functional>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

using Call = std::function<std::string()>;

struct Returned {
  std::string text;
};
struct Threw {
  std::string message;
};
struct Died {
  pid_t pid = 0;
  int exitcode = 0;
};
using Answer = std::variant<Returned, Threw, Died>;

std::vector<Answer> ordered_map(const std::vector<Call>& calls, int) {
  std::vector<Answer> answers;
  for (const Call& call : calls) try {
      answers.push_back(Returned{call()});
    } catch (const std::exception& error) {
      answers.push_back(Threw{error.what()});
    } catch (...) {
      answers.push_back(Threw{"something"});
    }
  return answers;
}
