package import JSON
import Schema

extension CustomResource {
    /// What an API server with strict field validation would refuse of an object's spec: unknown fields, and what the schema forbids.
    /// Rules in CEL aren't evaluated.
    package static func objections(to document: JSON) -> [String] {
        guard let spec = document["spec"] else { return [] }
        let path = JSONPath([.key("spec")])
        return Spec.schema.pruning(spec, at: path).removed.map { "unknown field \($0)" }
            + Spec.schema.errors(in: spec, at: path).map { "\($0)" }
    }
}
