#pragma once
#include <cstdlib>
#include <string>

#include "measure.hpp"
#include "script.hpp"

namespace trivium::bench {

/// A Python that has PyTorch, and on a card where `on_card`: $TRIVIUM_TORCH, the one of the plots, or
/// python3, whichever is the first. Empty where none has.
inline std::string torch_python(bool on_card) {
  const char* chosen = std::getenv("TRIVIUM_TORCH");
  const std::string check = on_card ? "import torch; assert torch.cuda.is_available()" : "import torch";
  for (const std::string& python :
       {std::string(chosen ? chosen : ""), std::string(TRIVIUM_PYTHON), std::string("python3")})
    if (!python.empty() &&
        std::system(fmt::format("{} -c '{}' > /dev/null 2>&1", python, check).c_str()) == 0)
      return python;
  return {};
}

/// What a script of torch/ prints.
inline std::string output_of_torch(const std::string& python, const std::string& script,
                                   const std::string& arguments) {
  return output_of(fmt::format("OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 {} {}/{} {}", python,
                               TRIVIUM_TORCH_SCRIPTS, script, arguments));
}

/// A row that compares with PyTorch, where there is none.
inline void row_without_torch(const std::string& what) {
  row(what, "PyTorch was not installed", "at least 1x", "");
}

}  // namespace trivium::bench
