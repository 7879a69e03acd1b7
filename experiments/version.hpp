#pragma once

namespace trivium::experiments {

extern const char* const version;       ///< of the project, "0.1.0"
extern const char* const git_revision;  ///< of the source tree when it was configured

}  // namespace trivium::experiments
