public import ArgumentParser
public import M3Transformer

extension Arithmetic: ExpressibleByArgument {}
