import JSON

/// Builds documents from events. Nesting is kept in an array rather than on the stack.
struct YAMLComposer {
    struct Document {
        var value: JSON
        var mark: YAMLMark
    }

    /// A complete value, with what an alias to it would cost.
    private struct Node {
        var value: JSON
        /// Each value counts 1 and the bytes of its text.
        var weight = 1
        /// Mappings and sequences inside one another.
        var height = 0
    }

    /// A mapping or sequence that is open, with what it holds so far.
    private struct Frame {
        enum Key { case none, merge, text(String) }
        var isMapping: Bool
        var mark: YAMLMark
        var anchor: String?
        /// The number of the anchor among all of the document.
        var definition = 0
        var elements: [JSON] = []
        var members = JSONObject()
        /// The key whose value comes next.
        var key = Key.none
        /// Members that came with `<<` and were not set since: the mapping may still set them.
        var merged: Set<String> = []
        var weight = 1
        var height = 1

        /// Sets members where `<<` stands: over what stands before it, under what follows.
        mutating func merge(_ object: JSONObject) {
            for (key, value) in object {
                if !members.contains(key) { merged.insert(key) }
                members[key] = value
            }
        }
    }

    private(set) var documents: [Document] = []
    private let limits: YAMLLimits
    private var open: [Frame] = []
    private var root: Document?
    private var anchors: [String: Node] = [:]
    /// The number of the last anchor of each name: inside the value of one another may take its name.
    private var definitions: [String: Int] = [:]
    private var definitionCount = 0
    /// What aliases have brought into this document.
    private var expanded = 0

    init(limits: YAMLLimits) { self.limits = limits }

    mutating func take(_ event: YAMLEvent) throws(YAMLError) {
        switch event.kind {
        case .streamStart, .streamEnd: break
        case .documentStart:
            (root, anchors, definitions, expanded) = (nil, [:], [:], 0)
        case .documentEnd:
            if let root { documents.append(root) }
        case .scalar(let scalar): try take(scalar, at: event.mark)
        case .alias(let name): try takeAlias(name, at: event.mark)
        case .sequenceStart(let anchor): try start(isMapping: false, anchor: anchor, at: event.mark)
        case .mappingStart(let anchor): try start(isMapping: true, anchor: anchor, at: event.mark)
        case .sequenceEnd, .mappingEnd: try finish()
        }
    }

    private mutating func start(isMapping: Bool, anchor: String?, at mark: YAMLMark) throws(YAMLError) {
        guard open.count < limits.depth else { throw tooDeep(at: mark) }
        if isKeyNext { throw YAMLError(reason: "wanted a key that is a string, found a \(isMapping ? "mapping" : "sequence")", at: mark) }
        // From here on the name means this value, which an alias inside it cannot have yet.
        if let anchor { anchors[anchor] = nil }
        open.append(Frame(isMapping: isMapping, mark: mark, anchor: anchor, definition: define(anchor)))
    }

    private mutating func finish() throws(YAMLError) {
        let frame = open.removeLast()
        let value: JSON = frame.isMapping ? .object(frame.members) : .array(frame.elements)
        let node = Node(value: value, weight: frame.weight, height: frame.height)
        if let anchor = frame.anchor, definitions[anchor] == frame.definition { anchors[anchor] = node }
        try put(node, at: frame.mark)
    }

    private mutating func define(_ anchor: String?) -> Int {
        definitionCount += 1
        if let anchor { definitions[anchor] = definitionCount }
        return definitionCount
    }

    private mutating func take(_ scalar: YAMLScalar, at mark: YAMLMark) throws(YAMLError) {
        if isKeyNext, scalar.isMergeKey {
            open[open.count - 1].key = .merge
            return
        }
        // A document with nothing in it is one empty scalar.
        if open.isEmpty, scalar.isPlain, scalar.text.isEmpty, scalar.anchor == nil { return }
        let resolution: YAMLResolution
        do { resolution = try scalar.resolved() } catch { throw YAMLError(reason: error.reason, at: mark) }
        let node = Node(value: try value(of: resolution, at: mark), weight: 1 + scalar.text.utf8.count)
        if let anchor = scalar.anchor {
            anchors[anchor] = node
            _ = define(anchor)
        }
        try put(node, at: mark)
    }

    private func value(of resolution: YAMLResolution, at mark: YAMLMark) throws(YAMLError) -> JSON {
        switch resolution {
        case .null: return .null
        case .bool(let value): return .bool(value)
        case .integer(let value): return .integer(value)
        case .unsigned(let value):
            guard !isKeyNext else {
                throw YAMLError(reason: "wanted a key up to \(Int64.max), or quotes around it, found \(value)", at: mark)
            }
            return .double(Double(value))
        case .double(let value): return isKeyNext ? .string(value.keyText) : .passedOn(value)
        case .string(let value): return .string(value)
        case .nonFinite(let text):
            if isKeyNext { return .string(text) }
            throw YAMLError(reason: "JSON has no \(text); wanted a finite number, or quotes around it", at: mark)
        }
    }

    private mutating func takeAlias(_ name: String, at mark: YAMLMark) throws(YAMLError) {
        guard let node = anchors[name] else {
            let isInside = open.contains { $0.anchor == name }
            throw YAMLError(
                reason: isInside ? "the value of &\(name) contains itself" : "wanted &\(name) before *\(name), found none", at: mark)
        }
        expanded += node.weight
        guard expanded <= limits.expansion else {
            throw YAMLError(reason: "aliases expand to more than \(limits.expansion) values and bytes; wanted fewer", at: mark)
        }
        guard open.count + node.height <= limits.depth else { throw tooDeep(at: mark) }
        try put(node, isAlias: true, at: mark)
    }

    /// Puts a complete value where it belongs: it is a document, an element, a key or a key's value.
    private mutating func put(_ node: Node, isAlias: Bool = false, at mark: YAMLMark) throws(YAMLError) {
        guard let last = open.indices.last else {
            root = Document(value: node.value, mark: mark)
            return
        }
        open[last].weight += node.weight
        open[last].height = max(open[last].height, node.height + 1)
        guard open[last].isMapping else { return open[last].elements.append(node.value) }
        switch open[last].key {
        case .none:
            let key = try keyText(node.value, at: mark)
            guard !open[last].members.contains(key) || open[last].merged.remove(key) != nil else {
                throw YAMLError(reason: "the key \"\(key.prefix(64))\" stands twice in this mapping; wanted each key once", at: mark)
            }
            open[last].key = .text(key)
        case .text(let key):
            open[last].members[key] = node.value
            open[last].key = .none
        case .merge:
            for object in try merged(node.value, isAlias: isAlias, at: mark) { open[last].merge(object) }
            open[last].key = .none
        }
    }

    private func keyText(_ value: JSON, at mark: YAMLMark) throws(YAMLError) -> String {
        switch value {
        case .string(let text): return text
        case .integer(let integer): return integer.description
        case .bool(let bool): return bool ? "true" : "false"
        case .double(let double): return double.keyText
        case .null, .array, .object: throw YAMLError(reason: "wanted a key that is a string, found \(value.kind)", at: mark)
        }
    }

    /// What `<<` brings in, in the order in which it is set: of several mappings the first has the last word.
    private func merged(_ value: JSON, isAlias: Bool, at mark: YAMLMark) throws(YAMLError) -> [JSONObject] {
        var objects: [JSONObject] = []
        for part in (isAlias ? nil : value.array) ?? [value] {
            guard let object = part.object else {
                throw YAMLError(reason: "wanted a mapping, or a sequence of mappings, to merge with '<<', found \(part.kind)", at: mark)
            }
            objects.append(object)
        }
        return objects.reversed()
    }

    private var isKeyNext: Bool {
        guard let frame = open.last, frame.isMapping, case .none = frame.key else { return false }
        return true
    }

    private func tooDeep(at mark: YAMLMark) -> YAMLError {
        YAMLError(reason: "nested deeper than \(limits.depth) mappings and sequences; wanted a flatter document", at: mark)
    }
}
