import HostProtocol

extension HostConnections {
    /// Somebody with the host's user has connected.
    mutating func opened(now: Duration) -> (ID, [Effect]) {
        let id = connectionID()
        guard connections.count < limits.connections else {
            return (
                id,
                [.send(id, .goodbye(.tooMany, message: "\(limits.connections) connections of this slot are open already")), .close(id)]
            )
        }
        connections[id] = Connection(helloDeadline: now + limits.hello)
        return (id, [])
    }

    /// The other end is gone.
    mutating func closed(_ id: ID) { fail(id, .closed) }

    mutating func received(_ packet: [UInt8], from id: ID, now: Duration) -> [Effect] {
        guard connections[id] != nil else { return [] }
        do throws(ProtocolViolation) {
            return try take(try HostMessage(packet: packet), from: id, now: now)
        } catch {
            return violated(error, by: id)
        }
    }

    mutating func violated(_ violation: ProtocolViolation, by id: ID) -> [Effect] {
        guard connections[id] != nil else { return [] }
        fail(id, .violation(violation.description))
        return [.send(id, .goodbye(.violation, message: violation.description)), .close(id)]
    }

    /// Ends connections that owe something for too long: nobody knows what they are at, and an answer that comes later would be taken for another.
    mutating func passed(to now: Duration) -> [Effect] {
        var effects: [Effect] = []
        for (id, connection) in connections.sorted(by: { $0.key < $1.key }) {
            let owed: String
            if let deadline = connection.helloDeadline, now >= deadline {
                owed = "it said no hello for \(limits.hello)"
            } else if let pending = connection.pending, now >= pending.deadline {
                owed = "it had not answered after \(limits.time(for: pending.request))"
            } else {
                continue
            }
            fail(id, .late(owed))
            effects += [.send(id, .goodbye(.late, message: owed)), .close(id)]
        }
        return effects
    }

    private mutating func take(_ message: HostMessage, from id: ID, now: Duration) throws(ProtocolViolation) -> [Effect] {
        if case .hello(let hello) = message { return try greet(hello, id, now) }
        guard let pending = connections[id]!.pending else { throw ProtocolViolation("it answers what nobody asked") }
        switch (message, pending.request) {
        case (.loaded(pending.id), .load(let generation, let module)):
            connections[id]!.running = module
            note(.done, of: id, generation)
        case (.unloaded(pending.id), .unload(let generation)):
            connections[id]!.running = nil
            note(.done, of: id, generation)
        case (.refused(pending.id, let why), .load(let generation, _)), (.refused(pending.id, let why), .unload(let generation)):
            note(.failed(.refused(why)), of: id, generation)
        case (.refused(pending.id, let why), .probe(let round)): answer(.failed(.refused(why)), of: id, round)
        case (.health(pending.id, let health), .probe(let round)):
            connections[id]!.running = health.running
            answer(.health(health, process: connections[id]!.process ?? ""), of: id, round)
        default: throw ProtocolViolation("its answer is not to request \(pending.id)")
        }
        connections[id]!.pending = nil
        return goOn(id, now)
    }

    private mutating func greet(_ hello: HostMessage.Hello, _ id: ID, _ now: Duration) throws(ProtocolViolation) -> [Effect] {
        guard connections[id]!.process == nil else { throw ProtocolViolation("it said hello twice") }
        func refuse(_ reason: AgentMessage.Farewell, _ message: String) -> [Effect] {
            [.send(id, .goodbye(reason, message: message)), .close(id)]
        }
        guard let version = hello.versions.intersection(HostProtocol.versions).max() else {
            fail(id, .closed)
            return refuse(.unknownVersion, "this agent speaks \(HostProtocol.versions.sorted())")
        }
        guard hello.slot == slot else {
            fail(id, .closed)
            return refuse(.unknownSlot, "this is the socket of slot \(slot)")
        }
        connections[id]!.helloDeadline = nil
        connections[id]!.process = hello.process
        connections[id]!.running = hello.running
        return [.send(id, .welcome(version: version))] + goOn(id, now)
    }

    private mutating func fail(_ id: ID, _ failure: Failure) {
        connections[id] = nil
        if outcomes[id] == .waiting { outcomes[id] = .failed(failure) }
        if answers[id] == .waiting { answers[id] = .failed(failure) }
    }

    private mutating func note(_ outcome: Outcome, of id: ID, _ generation: Int) {
        if generation == wish?.generation, outcomes[id] == .waiting { outcomes[id] = outcome }
    }

    private mutating func answer(_ answer: Answer, of id: ID, _ round: Int) {
        if round == self.round, answers[id] == .waiting { answers[id] = answer }
    }
}

extension HostConnections.Limits {
    func time(for request: HostConnections.Connection.Request) -> Duration {
        if case .probe = request { probe } else { load }
    }
}
