/** Proofs by the compiler about decorators: what must not compile does not. The classes are never made. */
import { schedule } from "../../src/registry/schedule.ts";
import { task } from "../../src/registry/task.ts";
import { test } from "../harness.ts";
import { sampleSchema as schema } from "./sample_schema.ts";
import { sampleTrigger } from "./sample_trigger.ts";
import { compiled } from "./type_assertions.ts";

const trigger = sampleTrigger();

test("types: @task fits methods whose parameter and result fit the schemas", () => {
  compiled(() => {
    class Fits {
      @task({ input: schema<unknown, Date>() })
      coerced(when: Date): number {
        return when.getTime();
      }
      @task({ input: schema<{ a?: string | undefined }, { a: string }>() })
      defaulted(input: { a: string }): string {
        return input.a;
      }
      @task({ input: schema<string | undefined>() })
      optional(text?: string): string {
        return text ?? "";
      }
      @task({ output: schema<{ size: number }>() })
      output(): Promise<{ size: number }> {
        return Promise.resolve({ size: 1 });
      }
      @task()
      private typescriptPrivate(): void {}
      @task()
      static staticMethod(): void {}
      @task()
      typedByItself(input: { a: number }): number {
        return input.a;
      }
      use(): void {
        this.typescriptPrivate();
      }
    }
    return Fits;
  });
});

test("types: @task on a method that does not fit its schemas does not compile", () => {
  compiled(() => {
    class Misfits {
      // @ts-expect-error the parameter is something else
      @task({ input: schema<{ a: string }>() })
      wrong(_input: { a: number }): void {}
      // @ts-expect-error callers would see a number where the schema takes text
      @task({ input: schema<string, number>() })
      transformed(_input: number): void {}
      // @ts-expect-error there is no parameter for the input
      @task({ input: schema<string>() })
      none(): void {}
      // @ts-expect-error the schema's arrays can be changed
      @task({ input: schema<string[]>() })
      readonlyArray(_input: readonly string[]): void {}
      // @ts-expect-error the result is something else
      @task({ output: schema<string>() })
      result(): number {
        return 1;
      }
      // @ts-expect-error callers would see text where the schema gives a number
      @task({ output: schema<string, number>() })
      transformedResult(): string {
        return "1";
      }
    }
    return Misfits;
  });
});

test("types: decorators on anything but a method, and without parentheses, do not compile", () => {
  compiled(() => {
    // @ts-expect-error a class
    @task()
    class Decorated {
      // @ts-expect-error #private
      @task()
      #hidden(): void {}
      // @ts-expect-error a getter
      @task()
      get getter(): number {
        return 1;
      }
      // @ts-expect-error a field
      @task()
      field = 1;
      // @ts-expect-error a field with a function
      @schedule(trigger)
      arrow = (): void => {};
      // @ts-expect-error no parentheses
      @task
      bare(): void {}
      // @ts-expect-error no parentheses
      @schedule
      bareSchedule(): void {}
      use(): void {
        this.#hidden();
      }
    }
    return Decorated;
  });
});

test("types: @schedule gives an input exactly where the method takes one", () => {
  compiled(() => {
    class Scheduled {
      @schedule(trigger)
      none(): void {}
      @schedule(trigger, { id: "optional" })
      optional(_input?: { a: number }): void {}
      @schedule(trigger, { input: { kind: "b", list: ["x"] } })
      literal(_input: { kind: "a" | "b"; list: string[]; more?: number }): void {}
      @schedule(trigger, { input: { a: "x" } })
      @task({ input: schema<{ a: string }>() })
      withTask(_input: { a: string }): void {}
      // @ts-expect-error the method needs an input
      @schedule(trigger)
      missing(_input: { a: number }): void {}
      // @ts-expect-error wrong
      @schedule(trigger, { input: { a: "x" } })
      wrong(_input: { a: number }): void {}
      // @ts-expect-error the method has no parameter
      @schedule(trigger, { input: { a: 1 } })
      extra(): void {}
      // @ts-expect-error the parameter has no such key
      @schedule(trigger, { input: { a: 1, b: 2 } })
      excess(_input: { a: number }): void {}
      // @ts-expect-error not one of the literals
      @schedule(trigger, { input: { kind: "c" } })
      notLiteral(_input: { kind: "a" | "b" }): void {}
      // @ts-expect-error an option that does not exist
      @schedule(trigger, { idd: "x" })
      misspelt(): void {}
    }
    return Scheduled;
  });
});
