import HostProtocol

extension HostConnections {
    /// Hosts are to run this from now on, those that are there and those that come.
    /// - Parameters:
    ///   - module: nil: nothing.
    ///   - isAnew: those that are there load it although they run it already.
    mutating func want(_ module: SealedModule?, isBack: Bool = false, isAnew: Bool = false, now: Duration) -> [Effect] {
        wish = Wish(generation: (wish?.generation ?? 0) + 1, module: module, isBack: isBack, isAnew: isAnew)
        outcomes = Dictionary(uniqueKeysWithValues: greeted.map { ($0, .waiting) })
        return greeted.flatMap { goOn($0, now) }
    }

    /// All hosts that are there are asked what they run, and how it is.
    mutating func ask(now: Duration) -> [Effect] {
        round += 1
        answers = Dictionary(uniqueKeysWithValues: greeted.map { ($0, .waiting) })
        for id in greeted { connections[id]!.wantedRound = round }
        return greeted.flatMap { goOn($0, now) }
    }

    /// What came of the wish, once every host that was there has answered or is gone; nil before.
    var outcome: [Outcome]? { outcomes.values.contains(.waiting) ? nil : Array(outcomes.values) }

    /// What all hosts said that were asked last; nil before the last of them has.
    var answer: [Answer]? { answers.values.contains(.waiting) ? nil : answers.sorted { $0.key < $1.key }.map(\.value) }

    /// The next request of a host that owes no answer.
    mutating func goOn(_ id: ID, _ now: Duration) -> [Effect] {
        guard let connection = connections[id], connection.process != nil, connection.pending == nil else { return [] }
        if let wish, connection.generation != wish.generation {
            connections[id]!.generation = wish.generation
            if let module = wish.module {
                if connection.running == module.identity, !(wish.isAnew && outcomes[id] == .waiting) {
                    // It loaded it from an agent before this one, or was told to go back before it had gone on.
                    if outcomes[id] == .waiting { outcomes[id] = .done }
                    return goOn(id, now)
                }
                let request = begin(id, .load(generation: wish.generation, module.identity), now)
                return [.load(id, request: request, module, isBack: wish.isBack && connection.running != nil)]
            }
            return [.send(id, .unload(id: begin(id, .unload(generation: wish.generation), now)))]
        }
        guard let round = connection.wantedRound else { return [] }
        connections[id]!.wantedRound = nil
        return [.send(id, .probe(id: begin(id, .probe(round: round), now)))]
    }

    private mutating func begin(_ id: ID, _ request: Connection.Request, _ now: Duration) -> Int {
        let number = requestID()
        connections[id]!.pending = Connection.Pending(id: number, request: request, deadline: now + limits.time(for: request))
        return number
    }
}
