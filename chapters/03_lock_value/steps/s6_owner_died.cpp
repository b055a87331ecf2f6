// mp::Lock: the kernel knows who holds it, and lets go of it for the dead.
// What the dead one left half done is yours to mend.
#include <csignal>
#include <cstdio>

#include "01_process/process.hpp"
#include "03_lock_value/value.hpp"  // new

struct Account {
  int euros, total;  // always the same, but for a moment
};

void die_halfway(mp::Value<Account> account) {
  account.update([](Account& a) {
    ++a.euros;
    std::raise(SIGKILL);
    ++a.total;
  });
}

int main() {
  const mp::Value<Account> account{{1, 1}};
  mp::Process holder{die_halfway, account};
  holder.start();
  holder.join();
  for (int i = 0; i < 2; ++i) try {
      account.load();
    } catch (const mp::OwnerDied& error) {  // new: for everybody, until
      std::printf("%s\n", error.what());
    }
  account.mutex().recover([&] { (*account).total = (*account).euros; });  // new
  const Account mended = account.load();
  std::printf("mended: %d of %d\n", mended.euros, mended.total);
}
