#pragma once
/// \file
/// Errors that travel: thrown in one process and caught in another, as what they were.

#include <cxxabi.h>
#include <unistd.h>

#include <any>

#include "02_pipe_queue/channel.hpp"
#include "03_lock_value/barrier.hpp"
#include "03_lock_value/lock.hpp"
#include "common/type_name.hpp"

namespace mp {

/// An error as a message. Whatever is thrown because of another process's error is one of these as well:
/// `dynamic_cast<const mp::Remote*>(&error)` tells where it came from.
struct Remote {
  std::string name;        ///< of its type, as the compiler mangles it
  std::string text;        ///< what it said
  int code = 0;            ///< of a std::system_error
  pid_t pid = ::getpid();  ///< of the process that threw it

  /// The exception being handled; only inside a catch block.
  static Remote current() {
    Remote error{.name = abi::__cxa_current_exception_type()->name(), .text = "no std::exception"};
    try {
      throw;
    } catch (const Remote& from_afar) {  // it was not thrown here first
      return from_afar;
    } catch (const std::system_error& here) {
      error.code = here.code().value();
      const std::string text = here.what(), meaning = ": " + here.code().message();  // will be added again
      error.text = text.substr(0, text.size() - std::min(text.size(), meaning.size()));
    } catch (const std::exception& here) {
      error.text = here.what();
    } catch (...) {}
    return error;
  }
  /// Throws it: as the same type where that is one of the standard library's or of the course's, else as RemoteError.
  [[noreturn]] void rethrow() const;
  /// The error's type, for people.
  std::string type() const { return demangled(name.c_str()); }
};
/// What of an error travels.
template <>
inline constexpr auto fields<Remote> = std::tuple{&Remote::name, &Remote::text, &Remote::code, &Remote::pid};

/// An error of another type. \python{multiprocessing.managers.BaseProxy._callmethod}
struct RemoteError : std::runtime_error, Remote {
  /// Of what a server has told.
  explicit RemoteError(const Remote& error) : runtime_error{error.type() + ": " + error.text}, Remote{error} {}
};

/// An error of type E that came from another process.
template <class E>
struct Rethrown final : E, Remote {
  Rethrown(E error, const Remote& remote) : E{std::move(error)}, Remote{remote} {}
};

/// Made from its text, or, where it has but one, from nothing.
template <class... Errors>
void rethrow_if_one_of(const Remote& error) {
  const auto rethrow_if = [&]<class E>(const E*) {
    if (error.name != typeid(E).name()) return;
    if constexpr (std::same_as<E, std::system_error>)
      throw Rethrown<E>{E{error.code, std::generic_category(), error.text}, error};
    else if constexpr (std::constructible_from<E, std::string>)
      throw Rethrown<E>{E{error.text}, error};
    else
      throw Rethrown<E>{E{}, error};
  };
  (rethrow_if(static_cast<const Errors*>(nullptr)), ...);
}

inline void Remote::rethrow() const {
  rethrow_if_one_of<std::logic_error, std::invalid_argument, std::domain_error, std::length_error, std::out_of_range,
                    std::runtime_error, std::range_error, std::overflow_error, std::underflow_error, std::system_error,
                    std::bad_alloc, std::bad_optional_access, std::bad_variant_access, std::bad_any_cast, DecodeError,
                    EndOfFile, BrokenPipe, QueueClosed, OwnerDied, BrokenBarrier>(*this);
  throw RemoteError{*this};
}

}  // namespace mp
