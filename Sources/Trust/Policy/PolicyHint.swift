internal import JSON

/// The policy that would cover a delivery, for messages to those who have to write one.
package struct PolicyHint: Sendable, Hashable {
    private let delivery: Delivery

    package init(_ delivery: Delivery) { self.delivery = delivery }

    /// The delivery in words.
    package var summary: String {
        "namespace \(Self.quoted(delivery.namespace)), class \(Self.quoted(delivery.class)), slot \(Self.quoted(delivery.slot)), "
            + "repository \(Self.quoted(delivery.repository))"
    }

    /// The spec on one line, in YAML's flow style.
    package var flow: String {
        "{match: {namespaces: [\(Self.quoted(delivery.namespace))], classes: [\(Self.quoted(delivery.class))], "
            + "slots: [\(Self.quoted(delivery.slot))], repositories: [\(Self.quoted(delivery.repository))]}, "
            + "authorities: [{name: …, key: {data: …}}], mode: Enforce}"
    }

    private static func quoted(_ text: String) -> String { JSON.string(text).text() }
}
