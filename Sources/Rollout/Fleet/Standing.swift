/// Where a host stands with what the plan asks of it. What it reported beside it says `Assignment.detail`.
enum Standing: UInt8, CaseIterable {
    /// Not Ready, by no fault of the module: skipped, and catches up.
    case absent
    /// Not Ready since it activated the revision and before its soak was over: the module's failure.
    case lost
    /// Not Ready since it was asked, with nothing activated as far as is known: blamed on nobody, and in flight until it is back.
    case vanished
    /// Ready, and left alone by annotation.
    case held
    /// Ready, and can't run the revision.
    case incompatible
    /// Ready, and its slot belongs to another deployment.
    case claimed
    /// Ready, and asked nothing.
    case bystander
    /// Asked, and on its way there: nothing was activated yet.
    case preparing
    /// Asked, and between activation and the probe's answer.
    case activating
    /// Asked, and hindered by its surroundings, not by the module.
    case stuck
    /// Asked, and failed by the module with nothing serving.
    case failed
    /// Asked, and failed by the module with another version active.
    case reverted
    /// Active on what is asked, with other calls than is asked.
    case rerouting
    /// Active on what is asked.
    case settled

    /// Ready and compatible, and the plan's to command.
    var isEligible: Bool {
        switch self {
        case .absent, .lost, .vanished, .held, .incompatible, .claimed: false
        case .bystander, .preparing, .activating, .stuck, .failed, .reverted, .rerouting, .settled: true
        }
    }

    /// Asked to change and not settled: may lose what it serves at any moment.
    var isInFlight: Bool {
        switch self {
        case .preparing, .activating, .stuck, .vanished, .failed: true
        case .absent, .lost, .held, .incompatible, .claimed, .bystander, .reverted, .rerouting, .settled: false
        }
    }

    /// Active on what is asked.
    var serves: Bool { self == .settled || self == .rerouting }

    /// A wave waits for it.
    var isMoving: Bool { self == .preparing || self == .activating || self == .rerouting || self == .stuck }
    /// It said that the module failed.
    var hasFailed: Bool { self == .failed || self == .reverted }
    var isModuleFailure: Bool { hasFailed || self == .lost }
}
