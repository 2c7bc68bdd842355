# Runs the tasks of a planned stage that are not done, each in a process of its own, as many at a time as -j says:
#
#   make -j4 -f pipelines/tasks.mk CALL='m3-encode --input references --output memories --model model.gguf'

TASKS := $(shell $(CALL) --list-missing)
ifneq ($(.SHELLSTATUS),0)
$(error the tasks of the stage could not be listed)
endif

.PHONY: all $(TASKS:%=task-%)
all: $(TASKS:%=task-%)
$(TASKS:%=task-%): task-%:
	$(CALL) --task-index $*
