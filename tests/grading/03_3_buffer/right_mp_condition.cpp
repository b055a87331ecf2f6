// Right: the chapter's conditions, which look again by themselves, and two counts that only grow.
#include "03_lock_value/condition.hpp"

#include <memory>
#include <optional>

#include "03_lock_value/value.hpp"

struct Buffer {
  virtual ~Buffer() = default;
  virtual bool put(int number) = 0;
  virtual std::optional<int> get() = 0;
  virtual void close() = 0;
};

class CountedBuffer : public Buffer {
 public:
  explicit CountedBuffer(int capacity) : capacity_{static_cast<unsigned>(capacity)}, numbers_{capacity_} {}

  bool put(int number) override {
    std::unique_lock held{lock_};
    room_.wait(held, [&] { return counts_->closed || counts_->put - counts_->taken < capacity_; });
    if (counts_->closed) return false;
    numbers_[counts_->put++ % capacity_] = number;
    something_.notify_one();
    return true;
  }

  std::optional<int> get() override {
    std::unique_lock held{lock_};
    something_.wait(held, [&] { return counts_->closed || counts_->put != counts_->taken; });
    if (counts_->put == counts_->taken) return std::nullopt;
    room_.notify_one();
    return numbers_[counts_->taken++ % capacity_];
  }

  void close() override {
    const std::scoped_lock held{lock_};
    counts_->closed = true;
    room_.notify_all();
    something_.notify_all();
  }

 private:
  struct Counts {
    std::size_t put, taken;
    bool closed;
  };

  const std::size_t capacity_;
  mp::Lock lock_;
  mp::Condition room_, something_;
  mp::RawArray<int> numbers_;
  mp::RawArray<Counts> shared_{1};
  Counts* const counts_ = shared_.begin();
};

std::unique_ptr<Buffer> make_buffer(int capacity) { return std::make_unique<CountedBuffer>(capacity); }
