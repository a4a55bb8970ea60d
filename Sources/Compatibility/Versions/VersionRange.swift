package import JSON

/// A set of versions: `>=1.2.0 <2.0.0`, `^1.2`, `~1.2.3`, `1.x`, `^1.2 || ^2.0`.
///
/// Comparators side by side (spaces or commas between them) must all hold; `||` stands between alternatives.
///
/// | written | means |
/// | --- | --- |
/// | `1.2.3`, `=1.2.3` | that version |
/// | `1.2`, `1.2.x`, `1.2.*` | `>=1.2.0 <1.3.0` |
/// | `*`, `x`, nothing | every version |
/// | `>1.2`, `<=1.2` | after, or up to and including, all of `1.2.x` |
/// | `^1.2.3`, `^0.2.3`, `^0.0.3` | up to the next change of the leftmost number that is not zero |
/// | `~1.2.3`, `~1.2`, `~1` | up to the next minor version; of a major alone, up to the next major version |
///
/// A pre-release is in a range only if a comparator names a pre-release of the same three numbers: `^1.2` never takes
/// `1.3.0-rc.1`, `>=1.3.0-rc.1` does.
package struct VersionRange: Sendable, Hashable {
    package enum Relation: String, Sendable, Hashable {
        case less = "<"
        case lessOrEqual = "<="
        case equal = "="
        case greaterOrEqual = ">="
        case greater = ">"
    }

    package struct Comparator: Sendable, Hashable {
        package var relation: Relation
        package var version: SemanticVersion

        package init(_ relation: Relation, _ version: SemanticVersion) {
            self.relation = relation
            self.version = version
        }

        package func holds(for other: SemanticVersion) -> Bool {
            switch relation {
            case .less: other < version
            case .lessOrEqual: other <= version
            case .equal: other == version
            case .greaterOrEqual: other >= version
            case .greater: other > version
            }
        }
    }

    /// Of each alternative, what must hold; an empty one holds for every release.
    package private(set) var alternatives: [[Comparator]]
    /// As it was written.
    private var text: String

    /// Every release.
    package static let any = VersionRange(alternatives: [[]], text: "*")

    init(alternatives: [[Comparator]], text: String) {
        self.alternatives = alternatives
        self.text = text
    }

    package func contains(_ version: SemanticVersion) -> Bool {
        alternatives.contains { comparators in
            guard comparators.allSatisfy({ $0.holds(for: version) }) else { return false }
            return !version.isPrerelease
                || comparators.contains { $0.version.isPrerelease && $0.version.release == version.release }
        }
    }

    package static func == (left: VersionRange, right: VersionRange) -> Bool { left.alternatives == right.alternatives }

    package func hash(into hasher: inout Hasher) { hasher.combine(alternatives) }
}

extension VersionRange: CustomStringConvertible, JSONConvertible {
    package var description: String { text }

    package init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        let text = try String(from: json, at: path)
        do throws(VersionError) {
            try self.init(text)
        } catch {
            throw JSONDecodingError(path: path, wanted: "a range of versions (\(error.reason))", found: "\"\(text.prefix(128))\"")
        }
    }

    package var json: JSON { .string(description) }
}
