# The README shows examples/custom_operator.cpp as it is.
file(READ ${ROOT}/README.md readme)
file(READ ${ROOT}/examples/custom_operator.cpp example)
string(STRIP "${example}" example)
string(FIND "${readme}" "${example}" found)
if(found EQUAL -1)
  message(FATAL_ERROR "README.md does not show examples/custom_operator.cpp as it is")
endif()
