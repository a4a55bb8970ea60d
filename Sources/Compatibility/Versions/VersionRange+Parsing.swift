extension VersionRange {
    /// Longer text, and more comparators, are refused.
    static let sizeLimit = 512

    package init(_ text: String) throws(VersionError) {
        guard text.utf8.count <= Self.sizeLimit else { throw VersionError(text: text, reason: "wanted at most \(Self.sizeLimit) bytes") }
        var alternatives: [[Comparator]] = []
        var rest = text[...]
        while true {
            let bar = rest.firstIndex(of: "|") ?? rest.endIndex
            alternatives.append(try Self.comparators(rest[..<bar], of: text))
            guard bar < rest.endIndex else { break }
            let after = rest.index(after: bar)
            guard after < rest.endIndex, rest[after] == "|" else {
                throw VersionError(text: text, reason: "wanted '||' between alternatives")
            }
            rest = rest[rest.index(after: after)...]
        }
        let trimmed = String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        self.init(alternatives: alternatives, text: trimmed.isEmpty ? "*" : trimmed)
    }

    private static func comparators(_ part: Substring, of text: String) throws(VersionError) -> [Comparator] {
        var comparators: [Comparator] = []
        var operation: Substring?
        for word in part.split(whereSeparator: { $0 == " " || $0 == "," || $0 == "\t" }) {
            let symbols = word.prefix { "<>=^~".contains($0) }
            let version = word.dropFirst(symbols.count)
            guard operation == nil || symbols.isEmpty else {
                throw VersionError(text: text, reason: "wanted a version after '\(operation!)', found '\(symbols)'")
            }
            // `>= 1.2` is written as well.
            if version.isEmpty {
                operation = symbols
                continue
            }
            comparators += try expanded(operation ?? symbols, version, of: text)
            operation = nil
        }
        if let operation { throw VersionError(text: text, reason: "wanted a version after '\(operation)', found nothing") }
        return comparators
    }

    private static func expanded(_ symbols: Substring, _ version: Substring, of text: String) throws(VersionError) -> [Comparator] {
        let partial = try PartialVersion(version, of: text)
        switch symbols {
        case "", "=": return partial.whole
        case "^": return partial.caret
        case "~": return partial.tilde
        case ">=": return partial.count == 0 ? [] : [Comparator(.greaterOrEqual, partial.lowest)]
        case "<", ">":
            guard partial.count > 0 else { throw VersionError(text: text, reason: "no version is \(symbols)\(version); wanted a number") }
            if symbols == ">" {
                return [partial.next.map { Comparator(.greaterOrEqual, $0) } ?? Comparator(.greater, partial.lowest)]
            }
            return [Comparator(.less, partial.count == 3 ? partial.lowest : partial.lowest.beforeAll)]
        case "<=":
            if partial.count == 0 { return [] }
            guard let next = partial.next else { return [Comparator(.lessOrEqual, partial.lowest)] }
            return [Comparator(.less, next.beforeAll)]
        default: throw VersionError(text: text, reason: "wanted one of < <= = >= > ^ ~, found '\(symbols)'")
        }
    }
}

/// A version of which the last numbers may be missing or `x`.
private struct PartialVersion {
    typealias Comparator = VersionRange.Comparator

    /// How many numbers are given, from 0 to 3.
    var count: Int
    /// The smallest version it stands for.
    var lowest: SemanticVersion

    init(_ version: Substring, of text: String) throws(VersionError) {
        let (core, prerelease, build) = SemanticVersion.parts(of: String(version))
        var numbers: [UInt64] = []
        var isOpen = false
        let parts = core.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 3 else { throw VersionError(text: text, reason: "wanted at most three numbers, found \"\(core.prefix(32))\"") }
        for (part, name) in zip(parts, ["major", "minor", "patch"]) {
            if part == "x" || part == "X" || part == "*" {
                isOpen = true
            } else {
                guard !isOpen else { throw VersionError(text: text, reason: "wanted no number after 'x', found \"\(core.prefix(32))\"") }
                numbers.append(try SemanticVersion.number(part, name, of: text))
            }
        }
        guard numbers.count == 3 || (prerelease == nil && build == nil) else {
            throw VersionError(text: text, reason: "wanted three numbers before a pre-release or build, found \"\(version.prefix(32))\"")
        }
        count = numbers.count
        numbers += [0, 0, 0]
        lowest = SemanticVersion(
            numbers[0], numbers[1], numbers[2],
            prerelease: try prerelease.map { part throws(VersionError) in try SemanticVersion.identifiers(part, "pre-release", of: text) }
                ?? [])
        if let build { _ = try SemanticVersion.identifiers(build, "build", of: text) }
        // The next version must be sayable.
        guard max(lowest.major, lowest.minor, lowest.patch) < UInt64.max else {
            throw VersionError(text: text, reason: "a number does not fit into 64 bits")
        }
    }

    /// The first version after all it stands for; nil when it stands for one only, or for every one.
    var next: SemanticVersion? {
        switch count {
        case 1: SemanticVersion(lowest.major + 1, 0, 0)
        case 2: SemanticVersion(lowest.major, lowest.minor + 1, 0)
        default: nil
        }
    }

    var whole: [Comparator] {
        switch count {
        case 0: []
        case 3: [Comparator(.equal, lowest)]
        default: between(lowest, next!)
        }
    }

    var tilde: [Comparator] {
        switch count {
        case 0: []
        case 3: between(lowest, SemanticVersion(lowest.major, lowest.minor + 1, 0))
        default: between(lowest, next!)
        }
    }

    var caret: [Comparator] {
        if count == 0 { return [] }
        if lowest.major > 0 || count == 1 { return between(lowest, SemanticVersion(lowest.major + 1, 0, 0)) }
        if lowest.minor > 0 || count == 2 { return between(lowest, SemanticVersion(0, lowest.minor + 1, 0)) }
        return between(lowest, SemanticVersion(0, 0, lowest.patch + 1))
    }

    private func between(_ first: SemanticVersion, _ end: SemanticVersion) -> [Comparator] {
        [Comparator(.greaterOrEqual, first), Comparator(.less, end.beforeAll)]
    }
}

extension SemanticVersion {
    /// The lowest of its pre-releases: below it, nothing belongs to this version.
    fileprivate var beforeAll: SemanticVersion { SemanticVersion(major, minor, patch, prerelease: ["0"]) }
}
