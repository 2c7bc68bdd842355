/// The scalar variant's share of products with a sparse matrix.

static void gemm_sparse(size_t rows, const uint32_t *starts, const uint32_t *indices, const float *values,
                        size_t columns, size_t depth, const float *packed, float *c, size_t c_stride) {
    for (size_t row = 0; row < rows; row++)
        for (size_t j = 0; j < columns; j++)
            for (size_t i = starts[row]; i < starts[row + 1]; i++)
                c[row * c_stride + j] =
                    fmaf(values[i], packed[packed_index(j, indices[i], depth)], c[row * c_stride + j]);
}
