#include "common/pickle/task.hpp"

#include <link.h>

#include <cstdio>
#include <cstdlib>
#include <map>

#include "common/type_name.hpp"

namespace mp {
namespace {

/// A function's static, because tasks enrol before main in no particular order.
std::map<std::string_view, Entry>& tasks() {
  static std::map<std::string_view, Entry> all;
  return all;
}

/// The linker leaves the id as a note in the binary: name "GNU", type 3.
std::string find_build_id(const dl_phdr_info& binary) {
  for (const auto& segment : std::span{binary.dlpi_phdr, binary.dlpi_phnum}) {
    if (segment.p_type != PT_NOTE) continue;
    const char* at = reinterpret_cast<const char*>(binary.dlpi_addr + segment.p_vaddr);
    const char* const end = at + segment.p_memsz;
    while (at < end) {
      ElfW(Nhdr) note;
      std::memcpy(&note, at, sizeof note);
      const auto padded = [](std::size_t n) { return (n + 3) & ~std::size_t{3}; };
      const char* const id = at + sizeof note + padded(note.n_namesz);
      if (note.n_type == NT_GNU_BUILD_ID) {
        std::string hex;
        for (const char c : std::string_view{id, note.n_descsz}) {
          constexpr const char* digits = "0123456789abcdef";
          hex += digits[static_cast<unsigned char>(c) >> 4];
          hex += digits[static_cast<unsigned char>(c) & 15];
        }
        return hex;
      }
      at = id + padded(note.n_descsz);
    }
  }
  throw std::runtime_error{"this binary has no build id: link it with -Wl,--build-id"};
}

}  // namespace

bool enrol(const char* name, Entry entry) {
  const auto [known, is_new] = tasks().emplace(name, entry);
  if (!is_new && known->second != entry) {
    std::fprintf(stderr, "two different tasks have one name, %s: rename one of the functions\n",
                 demangled(name).c_str());
    std::_Exit(1);  // before main there is nobody to catch an exception
  }
  return true;
}

Entry find_task(std::string_view name) {
  const auto found = tasks().find(name);
  if (found == tasks().end()) throw DecodeError{"this binary has no task " + demangled(std::string{name}.c_str())};
  return found->second;
}

const std::string& build_id() {
  static const std::string& id = *new std::string{[] {  // threads may ask for it while the program ends
    std::string found;
    dl_iterate_phdr(  // the first object it visits is the program itself
        [](dl_phdr_info* binary, std::size_t, void* out) {
          *static_cast<std::string*>(out) = find_build_id(*binary);
          return 1;
        },
        &found);
    return found;
  }()};
  return id;
}

Message run_packed(Decoder& call) {
  const Entry entry = find_task(decode<std::string>(call));
  Encoder out;
  entry(call, out);
  return out.take();
}

}  // namespace mp
