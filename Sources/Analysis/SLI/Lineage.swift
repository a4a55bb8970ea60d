/// Which series are made from which: from what hosts expose, by rates and ratios, to what is judged.
package struct Lineage: Hashable, Sendable {
    package struct Node: Hashable, Sendable {
        package var id: String
        package var parents: [String]
        /// What it is, in PromQL or words.
        package var text: String

        package init(_ id: String, from parents: [String] = [], text: String) {
            self.id = id
            self.parents = parents
            self.text = text
        }
    }

    private var nodes: [String: Node] = [:]

    package init() {}

    package subscript(id: String) -> Node? { nodes[id] }
    package var ids: [String] { nodes.keys.sorted() }

    /// Adds a node, or takes the place of one with its name.
    /// - Returns: false, and nothing is changed, when it would be made from itself, or from what is not there.
    @discardableResult
    package mutating func add(_ node: Node) -> Bool {
        guard node.parents.allSatisfy({ nodes[$0] != nil && $0 != node.id && !ancestors(of: $0).contains(node.id) }) else { return false }
        nodes[node.id] = node
        return true
    }

    /// What a node is made from, nearest first: from a symptom back to its sources.
    package func ancestors(of id: String) -> [String] {
        var found: [String] = []
        var next = nodes[id]?.parents ?? []
        while !next.isEmpty {
            let fresh = next.filter { !found.contains($0) }
            found += fresh.enumerated().filter { fresh.firstIndex(of: $0.element) == $0.offset }.map(\.element)
            next = fresh.flatMap { nodes[$0]?.parents ?? [] }
        }
        return found
    }

    /// Of those, the ones that hosts expose themselves.
    package func sources(of id: String) -> [String] { ancestors(of: id).filter { nodes[$0]?.parents.isEmpty ?? false }.sorted() }

    /// The graph in Graphviz' language.
    package var dot: String {
        var lines = ["digraph lineage {", "  rankdir=LR"]
        for node in ids.compactMap({ nodes[$0] }) {
            lines.append("  \(quoted(node.id)) [label=\(quoted(node.id + "\n" + node.text))]")
            lines += node.parents.map { "  \(quoted($0)) -> \(quoted(node.id))" }
        }
        return lines.joined(separator: "\n") + "\n}\n"
    }

    private func quoted(_ text: String) -> String {
        let escaped = text.flatMap { character -> [Character] in
            switch character {
            case "\"", "\\": ["\\", character]
            case "\n": ["\\", "n"]
            default: [character]
            }
        }
        return "\"" + String(escaped) + "\""
    }
}
