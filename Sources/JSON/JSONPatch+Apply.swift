extension JSON {
    /// The document with the patch made. All or nothing: an error leaves nothing half done.
    public func patched(with patch: JSONPatch, limits: JSONPatchLimits = JSONPatchLimits()) throws(JSONPatchError) -> JSON {
        var patching = JSONPatching(document: self, limits: limits)
        for (index, operation) in patch.operations.enumerated() {
            do throws(JSONPatching.Failure) {
                guard index < limits.operations else {
                    throw JSONPatching.Failure(.impossible, "wanted at most \(limits.operations) operations in a patch")
                }
                try patching.make(operation)
            } catch {
                throw JSONPatchError(
                    kind: error.kind, index: index, operation: operation.name, pointer: error.pointer ?? operation.pointer,
                    reason: error.reason)
            }
        }
        return patching.document
    }
}

/// A document in the midst of being patched.
struct JSONPatching {
    var document: JSON
    let limits: JSONPatchLimits
    private var copied = 0

    init(document: JSON, limits: JSONPatchLimits) {
        self.document = document
        self.limits = limits
    }

    /// Why an operation failed; the caller knows which.
    struct Failure: Error {
        var kind: JSONPatchError.Kind
        /// When it is not the operation's `path`.
        var pointer: JSONPointer?
        var reason: String

        init(_ kind: JSONPatchError.Kind, _ reason: String) { (self.kind, self.reason) = (kind, reason) }
    }

    mutating func make(_ operation: JSONPatch.Operation) throws(Failure) {
        switch operation {
        case .add(let target, let value): try add(value, at: target)
        case .remove(let target): _ = try remove(at: target)
        case .replace(let target, let value): try replace(at: target, with: value)
        case .move(let source, let target):
            guard !source.isProperPrefix(of: target) else {
                throw Failure(.impossible, "a value cannot be moved into itself; wanted a path outside \"\(source)\"")
            }
            guard source != target else {
                _ = try value(at: source)
                return
            }
            let value = try from(source) { patching throws(Failure) in try patching.remove(at: source) }
            try add(value, at: target)
        case .copy(let source, let target):
            let value = try from(source) { patching throws(Failure) in try patching.value(at: source) }
            copied += value.valueCount(upTo: limits.copiedValues - copied + 1)
            guard copied <= limits.copiedValues else {
                throw Failure(.impossible, "wanted at most \(limits.copiedValues) values copied by a patch")
            }
            try add(value, at: target)
        case .test(let target, let expected):
            let value = try value(at: target)
            guard value.isEquivalent(to: expected) else {
                throw Failure(.testFailed, "wanted \(expected.excerpt), found \(value.excerpt)")
            }
        }
    }

    /// Runs `body`, and says of a failure that it happened at `source`.
    private mutating func from(_ source: JSONPointer, _ body: (inout JSONPatching) throws(Failure) -> JSON) throws(Failure) -> JSON {
        do {
            return try body(&self)
        } catch {
            var failure = error
            failure.pointer = source
            throw failure
        }
    }

    private func value(at pointer: JSONPointer) throws(Failure) -> JSON {
        guard let value = document[pointer] else { throw Failure(.missing, "wanted a value, found nothing there") }
        return value
    }

    private mutating func add(_ value: JSON, at pointer: JSONPointer) throws(Failure) {
        try checkDepth(of: value, at: pointer)
        guard let last = pointer.tokens.last else {
            document = value
            return
        }
        try document.change(at: pointer.tokens.dropLast()) { container throws(Failure) in
            switch container {
            case .object: container[last] = value
            case .array(var elements):
                guard let index = last == "-" ? elements.count : JSONPointer.arrayIndex(last) else { throw .noIndex(last) }
                guard index <= elements.count else { throw .outside(index, of: elements) }
                container = .null
                elements.insert(value, at: index)
                container = .array(elements)
            default: throw .noContainer(container)
            }
        }
    }

    private mutating func replace(at pointer: JSONPointer, with value: JSON) throws(Failure) {
        try checkDepth(of: value, at: pointer)
        try document.change(at: pointer.tokens[...]) { (found: inout JSON) throws(Failure) in found = value }
    }

    private mutating func remove(at pointer: JSONPointer) throws(Failure) -> JSON {
        guard let last = pointer.tokens.last else {
            throw Failure(.impossible, "the whole document cannot be removed; wanted a path inside it")
        }
        return try document.change(at: pointer.tokens.dropLast()) { container throws(Failure) -> JSON in
            switch container {
            case .object(let members):
                guard let value = members[last] else { throw Failure(.missing, "wanted a value, found nothing there") }
                container[last] = nil
                return value
            case .array(var elements):
                guard let index = JSONPointer.arrayIndex(last) else { throw .noIndex(last) }
                guard index < elements.count else { throw .outside(index, of: elements) }
                container = .null
                let value = elements.remove(at: index)
                container = .array(elements)
                return value
            default: throw .noContainer(container)
            }
        }
    }

    private func checkDepth(of value: JSON, at pointer: JSONPointer) throws(Failure) {
        guard value.isNested(within: limits.depth - pointer.tokens.count) else {
            throw Failure(.impossible, "the result would be nested deeper than \(limits.depth) arrays and objects")
        }
    }
}

extension JSONPatching.Failure {
    static func noIndex(_ token: String) -> Self {
        Self(.impossible, "wanted an array index, found \"\(token.prefix(64))\"")
    }
    static func outside(_ index: Int, of elements: [JSON]) -> Self {
        Self(.missing, "index \(index) lies outside the array of \(elements.count)")
    }
    static func noContainer(_ value: JSON) -> Self {
        Self(.missing, "wanted an object or array to hold it, found \(value.kind)")
    }
}

extension JSON {
    /// Changes the value the tokens lead to, where it stands.
    fileprivate mutating func change<Result>(
        at tokens: ArraySlice<String>, _ body: (inout JSON) throws(JSONPatching.Failure) -> Result
    ) throws(JSONPatching.Failure) -> Result {
        guard let token = tokens.first else { return try body(&self) }
        switch self {
        case .object(var members):
            guard members.contains(token) else { throw .init(.missing, "wanted a member \"\(token.prefix(64))\", found none") }
            self = .null  // keep the storage uniquely referenced while it is changed
            defer { self = .object(members) }
            return try members.update(token) { member throws(JSONPatching.Failure) in
                try member.change(at: tokens.dropFirst(), body)
            }
        case .array(var elements):
            guard let index = JSONPointer.arrayIndex(token) else { throw .noIndex(token) }
            guard index < elements.count else { throw .outside(index, of: elements) }
            self = .null
            defer { self = .array(elements) }
            return try elements[index].change(at: tokens.dropFirst(), body)
        default: throw .noContainer(self)
        }
    }

    /// For messages: the value, or its beginning.
    fileprivate var excerpt: String {
        switch self {
        case .array, .object: kind
        default: String(text().prefix(80))
        }
    }
}
