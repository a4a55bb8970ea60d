package import JSON

/// A version as Semantic Versioning 2.0.0 has it: `1.2.3-rc.1+build.5`.
///
/// Ordered by precedence (section 11). Build metadata is kept and written, but neither order nor equality look at it.
package struct SemanticVersion: Sendable {
    package var major: UInt64
    package var minor: UInt64
    package var patch: UInt64
    /// The identifiers after the `-`; empty for a release.
    package var prerelease: [String]
    /// The identifiers after the `+`.
    package var build: [String]

    package init(_ major: UInt64, _ minor: UInt64, _ patch: UInt64, prerelease: [String] = [], build: [String] = []) {
        self.major = major
        self.minor = minor
        self.patch = patch
        self.prerelease = prerelease
        self.build = build
    }

    package var isPrerelease: Bool { !prerelease.isEmpty }

    /// The same version without pre-release and build.
    package var release: SemanticVersion { SemanticVersion(major, minor, patch) }
}

extension SemanticVersion: Comparable, Hashable {
    package static func == (left: SemanticVersion, right: SemanticVersion) -> Bool {
        left.numbers == right.numbers && left.prerelease == right.prerelease
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(major)
        hasher.combine(minor)
        hasher.combine(patch)
        hasher.combine(prerelease)
    }

    package static func < (left: SemanticVersion, right: SemanticVersion) -> Bool {
        if left.numbers != right.numbers { return left.numbers < right.numbers }
        // A pre-release comes before its release.
        if left.prerelease.isEmpty || right.prerelease.isEmpty { return left.isPrerelease && !right.isPrerelease }
        for (one, other) in zip(left.prerelease, right.prerelease) where one != other { return precedes(one, other) }
        return left.prerelease.count < right.prerelease.count
    }

    private var numbers: (UInt64, UInt64, UInt64) { (major, minor, patch) }

    /// Numbers by value and before words, words by their ASCII codes.
    private static func precedes(_ one: String, _ other: String) -> Bool {
        switch (isNumeric(one), isNumeric(other)) {
        // Without leading zeros, the longer number is the larger one, however long.
        case (true, true): one.utf8.count != other.utf8.count ? one.utf8.count < other.utf8.count : one < other
        case (true, false): true
        case (false, true): false
        case (false, false): one.utf8.lexicographicallyPrecedes(other.utf8)
        }
    }

    static func isNumeric(_ identifier: some StringProtocol) -> Bool {
        identifier.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}

extension SemanticVersion: CustomStringConvertible, JSONConvertible {
    package var description: String {
        var text = "\(major).\(minor).\(patch)"
        if !prerelease.isEmpty { text += "-" + prerelease.joined(separator: ".") }
        if !build.isEmpty { text += "+" + build.joined(separator: ".") }
        return text
    }

    package init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        let text = try String(from: json, at: path)
        do throws(VersionError) {
            try self.init(text)
        } catch {
            throw JSONDecodingError(path: path, wanted: "a semantic version (\(error.reason))", found: "\"\(text.prefix(128))\"")
        }
    }

    package var json: JSON { .string(description) }
}
