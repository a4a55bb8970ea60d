public import JSON

/// A structural OpenAPI v3 schema as CustomResourceDefinitions hold it: what Graft generates its CRDs as, what the embedded
/// API server validates, prunes and defaults by, and what a module's descriptor describes its configuration with.
public struct StructuralSchema: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable { case object, array, string, integer, number, boolean }

    /// What an object's members not named in `properties` may be.
    public enum AdditionalProperties: Sendable, Hashable {
        case unspecified
        case allowed
        case forbidden
        indirect case schema(StructuralSchema)
    }

    /// `x-kubernetes-list-type`: how server-side apply merges a list.
    public enum ListType: String, Sendable, Hashable { case atomic, set, map }
    /// `x-kubernetes-map-type`: how server-side apply merges an object.
    public enum MapType: String, Sendable, Hashable { case atomic, granular }

    /// One of `x-kubernetes-validations`: a rule in CEL that a real API server checks.
    public struct Rule: Sendable, Hashable {
        public var rule: String
        public var message: String
        public var reason: String?
        public var fieldPath: String?

        public init(_ rule: String, message: String, reason: String? = nil, fieldPath: String? = nil) {
            self.rule = rule
            self.message = message
            self.reason = reason
            self.fieldPath = fieldPath
        }
    }

    public var kind: Kind?
    public var description: String?
    public var format: String?
    public var nullable = false
    public var defaultValue: JSON?
    public var allowedValues: [JSON] = []

    public var pattern: String?
    /// Unicode scalars.
    public var minLength: Int?
    public var maxLength: Int?

    public var minimum: Double?
    public var maximum: Double?
    public var exclusiveMinimum = false
    public var exclusiveMaximum = false
    public var multipleOf: Double?

    /// Empty or one element: a struct can't hold itself directly.
    private var itemStorage: [StructuralSchema] = []
    public var minItems: Int?
    public var maxItems: Int?
    public var uniqueItems = false

    /// In the order they were declared.
    public var properties: [Property] = []
    public var required: [String] = []
    public var additionalProperties = AdditionalProperties.unspecified
    public var minProperties: Int?
    public var maxProperties: Int?

    public var allOf: [StructuralSchema] = []
    public var anyOf: [StructuralSchema] = []
    public var oneOf: [StructuralSchema] = []
    private var notStorage: [StructuralSchema] = []

    public var intOrString = false
    public var preservesUnknownFields = false
    public var embeddedResource = false
    public var listType: ListType?
    public var listMapKeys: [String] = []
    public var mapType: MapType?
    public var rules: [Rule] = []

    public init(_ kind: Kind? = nil) { self.kind = kind }

    public struct Property: Sendable, Hashable {
        public var name: String
        public var schema: StructuralSchema

        public init(_ name: String, _ schema: StructuralSchema) {
            self.name = name
            self.schema = schema
        }
    }

    /// The schema of an array's elements.
    public var items: StructuralSchema? {
        get { itemStorage.first }
        set { itemStorage = newValue.map { [$0] } ?? [] }
    }

    public var not: StructuralSchema? {
        get { notStorage.first }
        set { notStorage = newValue.map { [$0] } ?? [] }
    }

    public subscript(property name: String) -> StructuralSchema? { properties.first { $0.name == name }?.schema }
}
