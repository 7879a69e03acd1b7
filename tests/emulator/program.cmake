# The program with device = "cuda": an experiment that fits runs, one that does not ends with one sentence and exit code 2.
function(run_with n)
  file(WRITE ${WORK}/a.toml "[problem]\ntype = \"bilinear\"\nn = ${n}\ndevice = \"cuda\"\n[stop]\niterations = 20\n[[method]]\n"
       "type = \"extragradient\"\n")
  execute_process(COMMAND ${PROGRAM} run a.toml --overwrite --out result WORKING_DIRECTORY ${WORK} RESULT_VARIABLE code
                  OUTPUT_VARIABLE output ERROR_VARIABLE error)
  set(code ${code} PARENT_SCOPE)
  set(error "${error}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE ${WORK})
run_with(20)
if(NOT code EQUAL 0)
  message(FATAL_ERROR "exit code ${code}: ${error}")
endif()
run_with(400)  # a matrix of 400 x 400 numbers: 1.28 MB of 1.05
if(NOT code EQUAL 2 OR NOT error MATCHES "^[^\n]*not enough memory on the CUDA device: [^\n]*\n$")
  message(FATAL_ERROR "exit code ${code}: ${error}")
endif()
message(STATUS "${error}")
