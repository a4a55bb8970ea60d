public import JSON

extension Resource {
    /// The object with `apiVersion`, `kind` and `metadata` before its other members.
    public func resourceJSON(_ members: JSONObject) -> JSON {
        var object: JSONObject = [
            "apiVersion": .string(Self.definition.apiVersion), "kind": .string(Self.definition.kind), "metadata": metadata.json,
        ]
        for (key, value) in members { object[key] = value }
        return .object(object)
    }
}
