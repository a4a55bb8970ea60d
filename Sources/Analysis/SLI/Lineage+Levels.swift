import GraftAPI

extension Lineage {
    /// What several levels are made from, in one graph: what hosts expose is shared, what is derived is named for its level.
    package init(of levels: [(level: DerivedLevel, objective: Double)]) {
        self.init()
        for (level, objective) in levels {
            let own = level.lineage(objective: objective)
            func name(_ id: String) -> String {
                guard let node = own[id], !node.parents.isEmpty, id != level.indicator.rawValue else { return id }
                return "\(level.indicator.rawValue) \(id)"
            }
            // Whatever a node is made from has fewer ancestors than it.
            for id in own.ids.sorted(by: { own.ancestors(of: $0).count < own.ancestors(of: $1).count }) {
                guard let node = own[id] else { continue }
                add(Node(name(id), from: node.parents.map(name), text: node.text))
            }
        }
    }

    /// What is made from a node, nearest first.
    package func descendants(of id: String) -> [String] {
        let found = ids.filter { ancestors(of: $0).contains(id) }
        return found.sorted { (ancestors(of: $0).count, $0) < (ancestors(of: $1).count, $1) }
    }

    /// What nothing else is made from: what people look at.
    package var symptoms: [String] {
        let used = Set(ids.flatMap { self[$0]?.parents ?? [] })
        return ids.filter { !used.contains($0) }
    }

    /// A node and what it is made from, as a tree of lines.
    package func tree(of id: String) -> [String] { branch(id, prefix: "", next: "") }

    private func branch(_ id: String, prefix: String, next: String) -> [String] {
        guard let node = self[id] else { return [] }
        var lines = ["\(prefix)\(id)   \(node.text)"]
        for (index, parent) in node.parents.enumerated() {
            let isLast = index + 1 == node.parents.count
            lines += branch(parent, prefix: next + (isLast ? "└─ " : "├─ "), next: next + (isLast ? "   " : "│  "))
        }
        return lines
    }
}
