/* verbs.h - the verbs of the command line, in the order help shows them. A verb is cmd_<name>.c and a line here. */
/* name, arguments, one line of help */
X(run, "STUDY.yaml", "answer a whole study")
X(serve, "--system S --model M --precision P", "how fast a system serves a model")
X(train, "--system S --model M --chips N --global-batch B --seq L", "how fast a system trains a model")
X(memory, "MEMORY", "what a memory stack really delivers, command by command")
X(kernel, "CHIP gemm|attention-prefill|attention-decode|collective ...", "one operator on one chip")
X(cost, "CHIP|NODE|SYSTEM", "what it costs to make and to run")
X(plan, "PLAN.yaml", "build or buy, under supply limits, over years")
X(validate, "[FILE.csv ...]", "how wrong is it, against measurements")
X(calibrate, "FILE.csv ...", "fit the constants of a class of chips to measured kernels")
X(list, "[KIND]", "what is in the catalog")
X(show, "NAME|KIND/NAME", "one description with units and sources, or a JSON Schema")
X(check, "FILE ...", "is this description, study or config.json right")
