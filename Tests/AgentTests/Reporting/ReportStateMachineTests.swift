import GraftAPI
import KubeCore
import Testing

@testable import Agent

@Suite("When a host's status is written")
struct ReportStateMachineTests {
    func report(_ state: SlotTarget.State, rollout: String = "r1", revision: String = "filter-1", staged: [String] = []) -> SlotReport {
        var machine = SlotStateMachine(record: SlotRecord(slot: "net/filter"))
        machine.record.owner = SlotOwner(namespace: "n", name: "filter", planUID: "u")
        var report = SlotReport(slot: "net/filter", of: machine)
        report.status?.rollout = rollout
        report.status?.target = SlotTarget(revision: revision, state: state)
        report.status?.staged = staged
        return report
    }

    /// The writes that a sequence of reports makes, each a number of milliseconds after the one before.
    func writes(_ reports: [(Int, SlotReport)], until end: Int = 100_000) -> [SlotTarget.State?] {
        var machine = ReportStateMachine()
        var written: [SlotTarget.State?] = []
        var now = Duration.zero
        func advance(to moment: Duration) {
            while true {
                switch machine.next(now: now) {
                case .write(let status):
                    written.append(status.slots.first?.target?.state)
                    machine.wrote(status, now: now)
                case .wait(let due?) where due <= moment: now = due
                case .wait:
                    now = moment
                    return
                }
            }
        }
        for (pause, report) in reports {
            advance(to: now + .milliseconds(pause))
            machine.changed(report, now: now)
        }
        advance(to: .milliseconds(end))
        return written
    }

    let steps: [SlotTarget.State] = [.fetching, .verifying, .staged, .activating, .probing]

    @Test func `what ends within a second is one write`() {
        #expect(writes((steps + [.active]).map { (50, report($0)) }) == [.active])
    }

    @Test func `what takes longer is two, however many steps it has`() {
        #expect(writes((steps + [.active]).map { (900, report($0)) }) == [.verifying, .active])
    }

    @Test func `a step that does not end is told again after half a minute`() {
        #expect(writes([(0, report(.fetching)), (5_000, report(.probing))]) == [.fetching, .probing])
        #expect(writes([(0, report(.fetching)), (5_000, report(.probing))], until: 20_000) == [.fetching])
    }

    @Test func `a failure is told at once, and the same again never`() {
        let failures = [(0, report(.reverted)), (1_000, report(.reverted)), (1_000, report(.reverted, rollout: "r2"))]
        #expect(writes(failures, until: 2_100) == [.reverted, .reverted])
    }

    @Test func `what else is staged is no hurry`() {
        let reports = [(0, report(.active)), (100, report(.active, staged: ["filter-0"]))]
        #expect(writes(reports, until: 500) == [.active])
        #expect(writes(reports) == [.active, .active])
    }

    @Test func `what is staged ahead is one write, with its answer; that it takes long is told after two minutes`() {
        func ahead(_ state: StagedAhead.State) -> SlotReport {
            var report = report(.active, rollout: "r2", staged: state == .staged ? ["filter-2"] : [])
            report.status?.ahead = StagedAhead(rollout: "r2", revision: "filter-2", state: state)
            return report
        }
        let before = (0, report(.active))
        #expect(writes([before, (5_000, ahead(.staging)), (60_000, ahead(.staged))]).count == 2)
        #expect(writes([before, (5_000, ahead(.staging)), (60_000, ahead(.failed))], until: 65_100).count == 2)
        #expect(writes([before, (5_000, ahead(.staging))], until: 100_000).count == 1)
        #expect(writes([before, (5_000, ahead(.staging))], until: 126_000).count == 2)
    }

    @Test func `a failed write is tried again after a pause, with what is true by then`() {
        var machine = ReportStateMachine()
        machine.changed(report(.active), now: .zero)
        #expect(machine.next(now: .seconds(1)) == .write(machine.wanted))
        machine.failed(now: .seconds(1)) { .seconds($0) }
        machine.changed(report(.failed), now: .seconds(1))
        #expect(machine.next(now: .seconds(1)) == .wait(until: .seconds(2)))
        guard case .write(let status) = machine.next(now: .seconds(2)) else { return #expect(Bool(false)) }
        #expect(status.slots[0].target?.state == .failed)
        machine.wrote(status, now: .seconds(2))
        #expect(machine.next(now: .seconds(9)) == .wait(until: nil))
        machine.forget(now: .seconds(9))
        #expect(machine.next(now: .seconds(10)) == .write(status))
    }

    @Test func `a host without slots of its own has nothing to say`() {
        #expect(ReportStateMachine().next(now: .seconds(1)) == .wait(until: nil))
    }
}
