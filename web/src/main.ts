import { mount } from "svelte";
import App from "./panels/App.svelte";

const target = document.getElementById("app");
if (!target) throw new Error("The page has no #app to begin in.");
mount(App, { target });
