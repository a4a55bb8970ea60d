/// What a pattern says, before it is compiled.
indirect enum RegularExpressionTree: Sendable, Hashable {
    case empty
    case set(RegularExpression.CharacterSet)
    case sequence([RegularExpressionTree])
    case choice([RegularExpressionTree])
    /// nil: any number from the minimum on.
    case repeated(RegularExpressionTree, minimum: Int, maximum: Int?)
    case start
    case end
}

/// Turns a tree into steps; gives up beyond the limit.
struct RegularExpressionCompiler {
    private(set) var program: [RegularExpression.Instruction] = []
    // What stands for no step, such as (), repeated a thousand times a thousand times, takes time all the same.
    private var visits = 0

    mutating func compile(_ tree: RegularExpressionTree) -> Bool {
        guard emit(tree) else { return false }
        return append(.accept)
    }

    private mutating func append(_ instruction: RegularExpression.Instruction) -> Bool {
        guard program.count < RegularExpression.programLimit else { return false }
        program.append(instruction)
        return true
    }

    private mutating func emit(_ tree: RegularExpressionTree) -> Bool {
        visits += 1
        guard visits <= 16 * RegularExpression.programLimit else { return false }
        switch tree {
        case .empty: return true
        case .set(let set): return append(.take(set))
        case .start: return append(.atStart(program.count + 1))
        case .end: return append(.atEnd(program.count + 1))
        case .sequence(let parts):
            for part in parts { guard emit(part) else { return false } }
            return true
        case .choice(let branches): return emitChoice(branches)
        case .repeated(let part, let minimum, let maximum): return emitRepetition(part, minimum, maximum)
        }
    }

    private mutating func emitChoice(_ branches: [RegularExpressionTree]) -> Bool {
        var jumps: [Int] = []
        for (index, branch) in branches.enumerated() {
            let split = program.count
            let isLast = index == branches.count - 1
            if !isLast { guard append(.split(split + 1, 0)) else { return false } }
            guard emit(branch) else { return false }
            if !isLast {
                jumps.append(program.count)
                guard append(.jump(0)) else { return false }
                program[split] = .split(split + 1, program.count)
            }
        }
        for jump in jumps { program[jump] = .jump(program.count) }
        return true
    }

    private mutating func emitRepetition(_ part: RegularExpressionTree, _ minimum: Int, _ maximum: Int?) -> Bool {
        for _ in 0..<minimum { guard emit(part) else { return false } }
        guard let maximum else {
            let split = program.count
            guard append(.split(0, 0)), emit(part), append(.jump(split)) else { return false }
            program[split] = .split(split + 1, program.count)
            return true
        }
        var splits: [Int] = []
        for _ in minimum..<maximum {
            splits.append(program.count)
            guard append(.split(0, 0)), emit(part) else { return false }
        }
        for split in splits { program[split] = .split(split + 1, program.count) }
        return true
    }
}
