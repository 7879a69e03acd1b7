#pragma once
#include <memory>

#include <trivium/compressors/compressor.hpp>
#include <trivium/core/errors.hpp>

namespace trivium::compressors {

/// Makes the compressor that another one applies to whole vectors. `field` ("induced.rest") names it in
/// messages. Throws InputError for one that keeps its promise only together with all other workers, and for
/// one that lies too deep.
inline std::unique_ptr<Compressor> make_whole_vector(const Plugin& plugin, const Shape& shape,
                                                     const char* field) {
  Shape inside = shape.inside(shape.dimension, field, plugin.type);
  inside.matrices = shape.matrices;
  std::unique_ptr<Compressor> made = catalogue().make(plugin, inside);
  if (made->guarantee().needs_all_workers)
    reject(
        "{}: '{}' keeps its promise only when all workers send with it and nothing else; use a compressor of "
        "single vectors",
        field, plugin.type);
  return made;
}

}  // namespace trivium::compressors
