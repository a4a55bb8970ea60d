import JSON

/// What a host exposed, as far as it was asked for.
package struct Exposition: Hashable, Sendable {
    /// Of the wanted names, in their order.
    package var samples: [ExposedSample] = []
    /// What the host calls its metrics, of the wanted names.
    package var types: [String: String] = [:]

    package init() {}
}

/// One line of it: a series and its value.
package struct ExposedSample: Hashable, Sendable {
    package var name: String
    package var labels: [String: String]
    package var value: Double

    package init(_ name: String, labels: [String: String] = [:], value: Double) {
        self.name = name
        self.labels = labels
        self.value = value
    }
}

/// How much of what a host exposes is looked at.
package struct ExpositionLimits: Hashable, Sendable {
    /// Of the whole answer.
    package var bytes: Int
    package var lineBytes: Int
    /// Of wanted names.
    package var samples: Int
    /// Of one sample.
    package var labels: Int

    package init(bytes: Int = 8 << 20, lineBytes: Int = 16 << 10, samples: Int = 10_000, labels: Int = 64) {
        self.bytes = bytes
        self.lineBytes = lineBytes
        self.samples = samples
        self.labels = labels
    }
}

/// Why what a host exposes can't be read: the line, and what is wrong with it.
package struct ExpositionError: Error, Hashable, CustomStringConvertible {
    /// From 1; nil: it is about the whole.
    package var line: Int?
    package var problem: String

    package init(line: Int? = nil, _ problem: String) {
        self.line = line
        self.problem = problem
    }

    /// What the host wrote is visible in it, and cut when it is long.
    package var description: String { (line.map { "line \($0): \(problem)" } ?? problem).printable }
}
