/// Where a host stands with what the plan asks of it.
enum Standing: Hashable {
    /// Not Ready, by no fault of the module: skipped, and catches up.
    case absent
    /// Not Ready since it activated the revision and before its soak was over: the module's failure.
    case lost
    /// Not Ready since it was asked, with nothing activated as far as is known: blamed on nobody, and in flight until it is back.
    case vanished
    /// Ready, and left alone by annotation.
    case held
    /// Ready, and can't run the revision.
    case incompatible(String)
    /// Ready, and its slot belongs to another deployment.
    case claimed(String)
    /// Ready, and asked nothing.
    case bystander
    /// Asked, and on its way there: nothing was activated yet. What it reported last, for people.
    case preparing(String)
    /// Asked, and between activation and the probe's answer.
    case activating(String)
    /// Asked, and hindered by its surroundings, not by the module.
    case stuck(String)
    /// Asked, and failed by the module; `serves` when another version is active.
    case failed(String, serves: Bool)
    /// Active on what is asked.
    case settled

    /// Ready and compatible, and the plan's to command.
    var isEligible: Bool {
        switch self {
        case .absent, .lost, .vanished, .held, .incompatible, .claimed: false
        case .bystander, .preparing, .activating, .stuck, .failed, .settled: true
        }
    }

    /// Asked to change and not settled: may lose what it serves at any moment.
    var isInFlight: Bool {
        switch self {
        case .preparing, .activating, .stuck, .vanished: true
        case .failed(_, let serves): !serves
        case .absent, .lost, .held, .incompatible, .claimed, .bystander, .settled: false
        }
    }

    /// A wave waits for it.
    var isMoving: Bool {
        switch self {
        case .preparing, .activating, .stuck: true
        default: false
        }
    }

    var isStuck: Bool { if case .stuck = self { true } else { false } }
    var isActivating: Bool { if case .activating = self { true } else { false } }
    var isModuleFailure: Bool {
        switch self {
        case .failed, .lost: true
        default: false
        }
    }

    /// What it reported, for people.
    var detail: String? {
        switch self {
        case .preparing(let text), .activating(let text), .stuck(let text), .failed(let text, _), .incompatible(let text): text
        case .claimed(let owner): "its slot belongs to \(owner)"
        case .lost: "it vanished while it soaked"
        case .vanished: "it vanished after it was asked"
        case .absent, .held, .bystander, .settled: nil
        }
    }
}
