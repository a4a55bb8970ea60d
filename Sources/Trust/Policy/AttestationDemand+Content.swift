import JSON

extension AttestationDemand: ContentWritable {
    func write(into writer: inout ContentWriter) {
        writer.add(name)
        writer.add(authorities)
        writer.add(requirement)
    }
}

extension AttestationRequirement: ContentWritable {
    func write(into writer: inout ContentWriter) {
        writer.add(predicateTypes)
        writer.add(rules)
        writer.add(provenance)
    }
}

extension ProvenanceRequirement: ContentWritable {
    func write(into writer: inout ContentWriter) {
        writer.add(builders)
        writer.add(buildTypes)
        writer.add(externalParameters)
    }
}

extension ProvenanceRequirement.Builder: ContentWritable {
    func write(into writer: inout ContentWriter) {
        writer.add(id)
        writer.add(signer)
    }
}

extension SignerRequirement: ContentWritable {
    func write(into writer: inout ContentWriter) {
        switch self {
        case .keys(let keys):
            writer.add(Int64(0))
            writer.add(keys)
        case .identities(let identities):
            writer.add(Int64(1))
            writer.add(identities)
        }
    }
}

extension ManagedKey: ContentWritable {
    func write(into writer: inout ContentWriter) {
        writer.add(key)
        writer.add(window)
    }
}

extension ValidityWindow: ContentWritable {
    func write(into writer: inout ContentWriter) {
        writer.add(start)
        writer.add(end)
    }
}

extension Moment: ContentWritable {
    func write(into writer: inout ContentWriter) {
        writer.add(seconds)
        writer.add(Int64(nanoseconds))
    }
}

extension PredicateRule: ContentWritable {
    func write(into writer: inout ContentWriter) {
        writer.add(path.description)
        switch condition {
        case .exact(let value):
            writer.add(Int64(0))
            writer.add(value.bytes())
        case .oneOf(let values):
            writer.add(Int64(1))
            writer.add(Int64(values.count))
            for value in values { writer.add(value.bytes()) }
        case .range(let start, let end):
            writer.add(Int64(2))
            writer.add(start)
            writer.add(end)
        case .exists(let wanted):
            writer.add(Int64(3))
            writer.add(wanted)
        }
    }
}

extension PredicateRule.Bound: ContentWritable {
    func write(into writer: inout ContentWriter) {
        switch self {
        case .number(let number):
            writer.add(Int64(0))
            writer.add(Int64(bitPattern: number.bitPattern))
        case .time(let time):
            writer.add(Int64(1))
            writer.add(time)
        }
    }
}
