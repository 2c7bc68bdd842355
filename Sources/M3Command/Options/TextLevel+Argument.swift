public import ArgumentParser
public import M3Records

extension TextLevel: ExpressibleByArgument {}
