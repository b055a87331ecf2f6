#include "common/chains.hpp"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>

#include "common/side_by_side/timeline.hpp"

namespace mp {
namespace {

std::string sha512_hex(std::string_view text) {
  static EVP_MD* const sha512 =
      EVP_MD_fetch(nullptr, "SHA512", nullptr);  // once: looking it up costs more than using it
  std::array<unsigned char, 64> digest;
  if (!EVP_Digest(text.data(), text.size(), digest.data(), nullptr, sha512, nullptr))
    throw std::runtime_error{"OpenSSL could not compute a SHA-512"};
  std::string hex;
  hex.reserve(2 * digest.size());
  for (const unsigned byte : digest) {
    hex += "0123456789abcdef"[byte >> 4];
    hex += "0123456789abcdef"[byte & 15];
  }
  return hex;
}

}  // namespace

std::string chain_seed(int i) { return "string-" + std::to_string(i); }

std::string chain_links(std::string s, long rounds) {
  for (long round = 0; round < rounds; ++round) s = sha512_hex(s);
  return s;
}

void keep(int i, const std::string& end, const Digests& digests) {
  end.copy(digests[static_cast<std::size_t>(i)].hex, sizeof(Digest));
}

void chain(int i, long rounds, const Digests& digests) {
  const Span span{i};
  keep(i, chain_links(chain_seed(i), rounds), digests);
}

std::string answer(const Digests& digests) {
  std::string all;
  for (const Digest& digest : digests) all.append(digest.hex, sizeof digest.hex);
  return sha512_hex(all).substr(0, 32);
}

}  // namespace mp
