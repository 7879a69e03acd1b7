#pragma once
#include <trivium/compressors/compressor.hpp>

/// Identity that claims to need all workers together, for the sentences that refuse such a compressor inside
/// another.
class NeedsAllWorkers final : public trivium::compressors::Compressor {
 public:
  struct Params {
    void describe(trivium::Fields&) {}
  };
  static trivium::About about() { return {}; }
  NeedsAllWorkers(const Params&, const trivium::compressors::Shape&) {}
  trivium::compressors::Guarantee guarantee() const override {
    trivium::compressors::Guarantee g;
    g.needs_all_workers = true;
    return g;
  }
  void encode(const trivium::Vector&, trivium::Message&) override {}
  void read_add(trivium::MessageReader&, double, trivium::Vector&) override {}

  /// Enters it as "everyone", once.
  static void enter() {
    static const bool entered = (trivium::compressors::catalogue().add<NeedsAllWorkers>("everyone"), true);
    static_cast<void>(entered);
  }
};
