import JSON
import Schema

/// How server-side apply sees a value: what is merged member by member, what is replaced whole, what identifies list elements.
struct MergeType: Sendable {
    enum ListForm: Sendable, Equatable {
        /// Replaced whole.
        case atomic
        /// Elements are known by their value.
        case set
        /// Elements are known by the values of these members.
        case map([String])
    }

    enum Source: Sendable {
        /// What a schema declares.
        case schema(StructuralSchema)
        /// A kind without a schema that every Kubernetes has: lists merge by what is known of the field's name and its parent's.
        case builtin(field: String, parent: String)
        /// Unknown content: objects are merged, lists are replaced.
        case unknown
    }

    /// A member's type. A named member is one that is declared; others are entries of a map.
    struct Member {
        var type: MergeType
        var isNamed: Bool
        /// False: a schema is there, and it knows no such member.
        var isKnown = true
    }

    let source: Source
    /// Whether the value is a whole object, to whose schema `apiVersion`, `kind` and `metadata` belong.
    let isResource: Bool

    init(_ source: Source, isResource: Bool = false) {
        self.source = source
        self.isResource = isResource
    }

    /// The type of objects with this schema; without one, of a built-in kind.
    static func resource(_ schema: StructuralSchema?) -> MergeType {
        MergeType(schema.map(Source.schema) ?? .builtin(field: "", parent: ""), isResource: true)
    }

    private static let metadata = MergeType(.schema(.objectMeta))
    private static let scalar = MergeType(.schema(StructuralSchema(.string)))

    func member(_ name: String) -> Member {
        if isResource {
            if name == "metadata" { return Member(type: Self.metadata, isNamed: true) }
            if name == "apiVersion" || name == "kind" { return Member(type: Self.scalar, isNamed: true) }
        }
        switch source {
        case .unknown: return Member(type: MergeType(.unknown), isNamed: false)
        case .builtin(let field, _):
            return Member(type: MergeType(.builtin(field: name, parent: field)), isNamed: !BuiltinMergeRules.maps.contains(field))
        case .schema(let schema):
            if let property = schema[property: name] {
                return Member(type: MergeType(.schema(property), isResource: property.embeddedResource), isNamed: true)
            }
            switch schema.additionalProperties {
            case .schema(let additional):
                return Member(type: MergeType(.schema(additional), isResource: additional.embeddedResource), isNamed: false)
            case .allowed: return Member(type: MergeType(.unknown), isNamed: false)
            case .unspecified, .forbidden:
                return Member(type: MergeType(.unknown), isNamed: false, isKnown: schema.preservesUnknownFields)
            }
        }
    }

    /// Whether members of an object have owners of their own.
    var mergesMembers: Bool {
        switch source {
        case .schema(let schema): schema.mapType != .atomic
        case .builtin(let field, let parent): !BuiltinMergeRules.isAtomic(field: field, parent: parent)
        case .unknown: true
        }
    }

    var listForm: ListForm {
        switch source {
        case .schema(let schema):
            switch schema.listType {
            case .set: .set
            case .map: schema.listMapKeys.isEmpty ? .atomic : .map(schema.listMapKeys)
            case .atomic, nil: .atomic
            }
        case .builtin(let field, let parent): BuiltinMergeRules.listForm(field: field, parent: parent)
        case .unknown: .atomic
        }
    }

    /// The type of a list's elements.
    var element: MergeType {
        switch source {
        case .schema(let schema): schema.items.map { MergeType(.schema($0), isResource: $0.embeddedResource) } ?? MergeType(.unknown)
        case .builtin: self
        case .unknown: self
        }
    }

    /// What names an element; nil when it has none of the keys, or is nothing that can be named.
    func pathElement(of value: JSON, in form: ListForm) -> PathElement? {
        switch form {
        case .atomic: return nil
        case .set:
            switch value {
            case .null, .array, .object: return nil
            default: return .value(value)
            }
        case .map(let names):
            guard let members = value.object else { return nil }
            let keys = names.compactMap { name in
                (members[name] ?? keyDefault(name)).map { PathElement.Key(name: name, value: $0) }
            }
            return keys.isEmpty ? nil : .keys(keys)
        }
    }

    private func keyDefault(_ name: String) -> JSON? {
        switch source {
        case .schema(let schema): schema.items?[property: name]?.defaultValue
        case .builtin: BuiltinMergeRules.keyDefaults[name]
        case .unknown: nil
        }
    }

    /// How these lists are merged with one another: as declared, or whole when an element can't be named.
    func listForm(of lists: [JSON]...) -> ListForm {
        let form = listForm
        guard form != .atomic else { return form }
        return lists.allSatisfy { $0.allSatisfy { pathElement(of: $0, in: form) != nil } } ? form : .atomic
    }
}
