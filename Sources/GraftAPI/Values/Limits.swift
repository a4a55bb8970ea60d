import Schema

/// Bounds and patterns that several kinds share.
enum Limits {
    static let digestPattern = "^sha256:[0-9a-f]{64}$"
    static let dnsLabelPattern = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
    /// Segments between slashes; none is empty, or begins or ends with a dot, so that a slot can be a relative path.
    static let slotPattern = "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?(/[a-z0-9]([-a-z0-9.]*[a-z0-9])?)*$"

    static func digest(_ schema: inout StructuralSchema) { schema.pattern = digestPattern }

    static func hostClass(_ schema: inout StructuralSchema) {
        schema.pattern = dnsLabelPattern
        schema.minLength = 1
        schema.maxLength = 40
    }

    static func slot(_ schema: inout StructuralSchema) {
        schema.pattern = slotPattern
        schema.minLength = 1
        schema.maxLength = 63
    }

    /// Seconds, up to a month.
    static func deadline(_ schema: inout StructuralSchema) {
        schema.minimum = 1
        schema.maximum = 2_592_000
    }

    static func url(_ schema: inout StructuralSchema) {
        schema.pattern = "^https?://[^ ]+$"
        schema.maxLength = 2048
    }

    /// Name of a header, label or group of calls.
    static func trafficName(_ schema: inout StructuralSchema) {
        schema.pattern = "^[!-~]+$"
        schema.maxLength = 63
    }

    static func text(_ maxLength: Int) -> (inout StructuralSchema) -> Void { { $0.maxLength = maxLength } }
    static func atLeast(_ minimum: Double) -> (inout StructuralSchema) -> Void { { $0.minimum = minimum } }
    static func atomic(_ maxItems: Int) -> (inout StructuralSchema) -> Void {
        {
            $0.listType = .atomic
            $0.maxItems = maxItems
        }
    }
    static func map(by key: String, _ maxItems: Int) -> (inout StructuralSchema) -> Void {
        {
            $0.listType = .map
            $0.listMapKeys = [key]
            $0.maxItems = maxItems
        }
    }

    /// That one of these members is there and no other. CEL doesn't see members whose schema leaves their type open, so no rule can say it.
    static func exactlyOne(of names: [String]) -> [StructuralSchema] {
        names.map { name in
            var schema = StructuralSchema()
            schema.required = [name]
            return schema
        }
    }

    /// A rule that a field never changes once it is set.
    static let immutable = StructuralSchema.Rule("self == oldSelf", message: "is immutable; delete the object and create it anew")
    static func immutable(_ more: @escaping (inout StructuralSchema) -> Void = { _ in }) -> (inout StructuralSchema) -> Void {
        {
            more(&$0)
            $0.rules.append(immutable)
        }
    }
}
