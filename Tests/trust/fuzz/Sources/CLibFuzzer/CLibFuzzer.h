#pragma once
#include <stddef.h>
#include <stdint.h>

/// libFuzzer's own mutation, for use by a custom one: returns the new size, at most `max_size`.
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
