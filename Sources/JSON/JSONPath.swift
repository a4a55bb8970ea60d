/// Where in a document a value stands, written as Kubernetes writes fields: `spec.strategy.steps[0].setWeight`.
public struct JSONPath: Sendable, Hashable, CustomStringConvertible {
    /// A step from a value to one within it.
    public enum Component: Sendable, Hashable {
        /// To the member of an object.
        case key(String)
        /// To the element of an array, from 0.
        case index(Int)
    }

    /// From the document's root.
    public var components: [Component]

    /// A path of these steps.
    public init(_ components: [Component] = []) { self.components = components }

    /// The document itself.
    public static let root = JSONPath()

    /// The path of a member.
    public func appending(_ key: String) -> JSONPath { JSONPath(components + [.key(key)]) }
    /// The path of an element.
    public func appending(_ index: Int) -> JSONPath { JSONPath(components + [.index(index)]) }

    public var description: String {
        var text = ""
        for component in components {
            switch component {
            case .index(let index): text += "[\(index)]"
            case .key(let key) where key.contains(where: { $0 == "." || $0 == "/" || $0 == "[" }): text += "[\(key)]"
            case .key(let key): text += text.isEmpty ? key : ".\(key)"
            }
        }
        return text
    }
}
