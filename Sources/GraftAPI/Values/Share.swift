package import JSON
package import Schema

/// A part of a whole in basis points, 0 to 10,000: a whole number of percent (`10`) or a text (`"12.5%"`, two decimals at most).
package struct Weight: SchemaValue, Hashable, Comparable, CustomStringConvertible {
    package var basisPoints: Int

    package init(basisPoints: Int) { self.basisPoints = basisPoints }
    package init(percent: Int) { basisPoints = percent * 100 }

    package static let all = Weight(percent: 100)
    package static let none = Weight(percent: 0)

    package static func < (left: Weight, right: Weight) -> Bool { left.basisPoints < right.basisPoints }

    /// ⌈weight × hosts⌉.
    package func count(of hosts: Int) -> Int { (hosts * basisPoints + 9_999) / 10_000 }

    package var description: String { percentText(basisPoints) }

    package init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        let wanted = "a whole number of percent from 0 to 100, or a text like \"12.5%\""
        switch json {
        case .integer(let percent) where (0...100).contains(percent): self.init(percent: Int(percent))
        case .string(let text):
            guard let points = parsedBasisPoints(percentText: text), points <= 10_000 else {
                throw JSONDecodingError(path: path, wanted: wanted, found: "\"\(text)\"")
            }
            self.init(basisPoints: points)
        case .integer(let number): throw JSONDecodingError(path: path, wanted: wanted, found: String(number))
        case .double(let number): throw JSONDecodingError(path: path, wanted: wanted, found: "\(number)")
        default: throw JSONDecodingError(path: path, wanted: wanted, found: json)
        }
    }

    package var json: JSON { basisPoints % 100 == 0 ? .integer(Int64(basisPoints / 100)) : .string(description) }

    package static var schema: StructuralSchema {
        var schema = StructuralSchema()
        schema.intOrString = true
        schema.pattern = #"^(100(\.0{1,2})?|[0-9]{1,2}(\.[0-9]{1,2})?)%$"#
        schema.minimum = 0
        schema.maximum = 100
        return schema
    }
}

/// A number of hosts (`3`) or a share of them (`"10%"`).
package enum CountOrShare: SchemaValue, Hashable, CustomStringConvertible {
    case count(Int)
    case share(Weight)

    /// The number of hosts out of `total`, rounded up, as `maxUnavailable` of builtin kinds rounds down would stall small fleets.
    package func count(of total: Int) -> Int {
        switch self {
        case .count(let count): count
        case .share(let weight): weight.count(of: total)
        }
    }

    package var description: String {
        switch self {
        case .count(let count): String(count)
        case .share(let weight): weight.description
        }
    }

    package init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        switch json {
        case .integer(let count) where count >= 0: self = .count(Int(count))
        case .string: self = .share(try Weight(from: json, at: path))
        default:
            throw JSONDecodingError(
                path: path, wanted: "a number of hosts, or a text like \"10%\"", found: json.integer.map(String.init) ?? json.kind)
        }
    }

    package var json: JSON {
        switch self {
        case .count(let count): .integer(Int64(count))
        case .share(let weight): .string(weight.description)
        }
    }

    package static var schema: StructuralSchema {
        var schema = Weight.schema
        schema.maximum = nil
        return schema
    }
}

private func percentText(_ basisPoints: Int) -> String {
    let whole = basisPoints / 100
    let rest = basisPoints % 100
    if rest == 0 { return "\(whole)%" }
    if rest % 10 == 0 { return "\(whole).\(rest / 10)%" }
    return "\(whole).\(rest < 10 ? "0" : "")\(rest)%"
}

private func parsedBasisPoints(percentText text: String) -> Int? {
    guard text.hasSuffix("%") else { return nil }
    let parts = text.dropLast().split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
        parts[0].utf8.count <= 3, let whole = Int(parts[0])
    else { return nil }
    guard parts.count == 2 else { return whole * 100 }
    guard parts[1].utf8.count <= 2, let fraction = Int(parts[1]) else { return nil }
    return whole * 100 + (parts[1].utf8.count == 1 ? fraction * 10 : fraction)
}
