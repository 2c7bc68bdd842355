public import ArgumentParser
public import M3Stage

extension BadInputPolicy: ExpressibleByArgument {}
