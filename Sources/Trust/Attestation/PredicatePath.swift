import JSON

/// Where in a predicate a value stands: `buildDefinition.externalParameters.workflow.ref`, `runDetails["a.b"]`, `components[0].name`,
/// `components[*].licenses`. A star stands for every element.
package struct PredicatePath: Sendable, Hashable, CustomStringConvertible {
    enum Step: Sendable, Hashable {
        case key(String)
        case index(Int)
        case every
    }

    let steps: [Step]
    package let description: String

    package static let lengthLimit = 512
    package static let stepLimit = 32

    package init(_ text: String) throws(PredicatePathError) {
        guard text.utf8.count <= Self.lengthLimit else { throw PredicatePathError("longer than \(Self.lengthLimit) bytes") }
        var rest = Array(text.utf8)[...]
        var steps: [Step] = []
        while !rest.isEmpty {
            guard steps.count < Self.stepLimit else { throw PredicatePathError("more than \(Self.stepLimit) steps") }
            if rest.first == UInt8(ascii: "[") {
                steps.append(try Self.bracket(&rest))
            } else {
                if !steps.isEmpty {
                    guard rest.first == UInt8(ascii: ".") else { throw PredicatePathError("\"\(text)\": wanted . or [ after ]") }
                    rest.removeFirst()
                }
                let key = rest.prefix { $0 != UInt8(ascii: ".") && $0 != UInt8(ascii: "[") }
                guard !key.isEmpty else { throw PredicatePathError("\"\(text)\": an empty step") }
                guard !key.contains(UInt8(ascii: "]")), !key.contains(UInt8(ascii: "*")), !key.contains(UInt8(ascii: "\"")) else {
                    throw PredicatePathError("\"\(text)\": a key with ], * or \" is written [\"…\"]")
                }
                steps.append(.key(String(decoding: key, as: UTF8.self)))
                rest = rest.dropFirst(key.count)
            }
        }
        guard !steps.isEmpty else { throw PredicatePathError("empty") }
        self.steps = steps
        description = text
    }

    /// `[0]`, `[*]` or `["key"]`; the key can't hold a quotation mark.
    private static func bracket(_ rest: inout ArraySlice<UInt8>) throws(PredicatePathError) -> Step {
        rest.removeFirst()
        if rest.first == UInt8(ascii: "\"") {
            rest.removeFirst()
            let key = rest.prefix { $0 != UInt8(ascii: "\"") }
            rest = rest.dropFirst(key.count)
            guard rest.starts(with: Array("\"]".utf8)), !key.isEmpty else { throw PredicatePathError("wanted [\"key\"]") }
            rest = rest.dropFirst(2)
            return .key(String(decoding: key, as: UTF8.self))
        }
        let inside = rest.prefix { $0 != UInt8(ascii: "]") }
        rest = rest.dropFirst(inside.count)
        guard rest.first == UInt8(ascii: "]") else { throw PredicatePathError("a [ without ]") }
        rest.removeFirst()
        if Array(inside) == [UInt8(ascii: "*")] { return .every }
        guard let index = DecimalDigits.read(inside), index < 1 << 31 else {
            throw PredicatePathError("wanted a number, * or \"key\" in []")
        }
        return .index(Int(index))
    }

    /// The values that stand there: one without a star. Nil when something on the way is missing, or has no such steps; so no star ever
    /// passes over an element in silence.
    func values(in json: JSON) -> [JSON]? {
        var values = [json]
        for step in steps {
            var next: [JSON] = []
            for value in values {
                switch step {
                case .key(let key):
                    guard let member = value.object?.exact(key) else { return nil }
                    next.append(member)
                case .index(let index):
                    guard let element = value[index] else { return nil }
                    next.append(element)
                case .every:
                    guard let elements = value.array else { return nil }
                    next += elements
                }
            }
            values = next
        }
        return values
    }

    /// Whether a value at `place` is this path's or stands within it.
    func covers(_ place: [JSONPath.Component]) -> Bool {
        guard place.count >= steps.count else { return false }
        return zip(steps, place).allSatisfy { step, component in
            switch (step, component) {
            case (.key(let wanted), .key(let found)): wanted.isIdentical(to: found)
            case (.index(let wanted), .index(let found)): wanted == found
            case (.every, .index): true
            default: false
            }
        }
    }

    package static func == (left: PredicatePath, right: PredicatePath) -> Bool { left.steps == right.steps }
    package func hash(into hasher: inout Hasher) { hasher.combine(steps) }
}

/// Why a path can't be read.
package struct PredicatePathError: Error, Sendable, Hashable, CustomStringConvertible {
    package var description: String

    init(_ description: String) { self.description = description }
}
