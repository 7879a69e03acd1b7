# The program with device = "cuda": an experiment that fits runs, one that does not ends with one sentence and exit code 2.
function(run problem refused)
  file(WRITE ${WORK}/a.toml "[problem]\n${problem}\ndevice = \"cuda\"\n[stop]\niterations = 20\n[[method]]\n"
       "type = \"extragradient\"\nstep = 0.01\n")
  execute_process(COMMAND ${CMAKE_COMMAND} -E env EMULATED_CARD_REFUSES=${refused} ${PROGRAM} run a.toml --overwrite --out result
                  WORKING_DIRECTORY ${WORK} RESULT_VARIABLE code OUTPUT_VARIABLE output ERROR_VARIABLE error)
  set(code ${code} PARENT_SCOPE)
  set(error "${error}" PARENT_SCOPE)
endfunction()

function(check_run problem)
  run("${problem}" nothing)
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "exit code ${code}: ${error}")
  endif()
endfunction()

function(check_refusal problem refused sentence)
  run("${problem}" "${refused}")
  if(NOT code EQUAL 2 OR NOT error MATCHES "^[^\n]*not enough memory on the CUDA device${sentence}[^\n]*\n$")
    message(FATAL_ERROR "exit code ${code}: ${error}")
  endif()
  message(STATUS "${error}")
endfunction()

file(REMOVE_RECURSE ${WORK})
file(WRITE ${WORK}/rows.txt "1 1:0.5 2:1\n-1 2:2\n1 1:1 3:1\n")
set(game "type = \"bilinear\"\nn = 20")
set(regression "type = \"robust_regression\"\nfile = \"rows.txt\"\nworkers = 1")
check_run("${game}")
check_run("${regression}")
check_refusal("type = \"bilinear\"\nn = 400" nothing ": ")  # a matrix of 400 x 400 numbers: 1.28 MB of 1.05
foreach(call cudaSetDevice cudaStreamCreate cudaHostAlloc)
  check_refusal("${game}" ${call} " for ${call}")
endforeach()
check_refusal("${game}" cudaLaunchKernelEx " for launching ")
check_refusal("${regression}" cusparseCreate " for cusparseCreate")
