extension RegularExpression {
    /// Whether the whole of `text` is matched. Each character visits each step at most once (Thompson 1968).
    package func matches(_ text: String) -> Bool {
        guard text.utf8.count <= Self.textLimit else { return false }
        let scalars = Array(text.unicodeScalars)
        var states = StateSet(capacity: program.count)
        var next = StateSet(capacity: program.count)
        var pending: [Int] = []
        follow(from: 0, isStart: true, isEnd: scalars.isEmpty, into: &states, &pending)
        for (index, scalar) in scalars.enumerated() {
            guard !states.members.isEmpty else { return false }
            next.removeAll()
            let isEnd = index == scalars.count - 1
            for state in states.members {
                if case .take(let set) = program[state], set.contains(scalar.value) {
                    follow(from: state + 1, isStart: false, isEnd: isEnd, into: &next, &pending)
                }
            }
            swap(&states, &next)
        }
        return states.members.contains { program[$0] == .accept }
    }

    /// Adds every step that is reached without a character.
    private func follow(from first: Int, isStart: Bool, isEnd: Bool, into states: inout StateSet, _ pending: inout [Int]) {
        pending.append(first)
        while let state = pending.popLast() {
            guard states.insert(state) else { continue }
            switch program[state] {
            case .take, .accept: break
            case .split(let one, let other):
                pending.append(one)
                pending.append(other)
            case .jump(let target): pending.append(target)
            case .atStart(let target): if isStart { pending.append(target) }
            case .atEnd(let target): if isEnd { pending.append(target) }
            }
        }
    }

    /// Steps in the order they were reached, each once.
    private struct StateSet {
        private(set) var members: [Int] = []
        private var isMember: [Bool]

        init(capacity: Int) { isMember = [Bool](repeating: false, count: capacity) }

        mutating func insert(_ state: Int) -> Bool {
            guard !isMember[state] else { return false }
            isMember[state] = true
            members.append(state)
            return true
        }

        mutating func removeAll() {
            for state in members { isMember[state] = false }
            members.removeAll(keepingCapacity: true)
        }
    }
}
