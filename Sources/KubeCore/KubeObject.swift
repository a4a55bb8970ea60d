public import JSON

/// Any object of the API: what has `metadata`. Its kind is known at run time alone, unless it is a `Resource`.
public protocol KubeObject: Sendable, JSONConvertible {
    /// Name, labels and whatever else each object has.
    var metadata: ObjectMeta { get set }
}

extension KubeObject {
    /// `namespace/name`, or the name alone.
    public var key: ObjectKey { metadata.key }
}

extension ObjectMeta {
    /// `namespace/name`, or the name alone.
    package var key: ObjectKey { ObjectKey(namespace: namespace, name: name) }
}
